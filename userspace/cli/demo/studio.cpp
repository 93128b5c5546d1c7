// SPDX-License-Identifier: MIT
#include "cli/demo/studio.hpp"

#include <chrono>
#include <cstdio>

#include "base/file.hpp"
#include "cli/terminal.hpp"
#include "views/cpu_pixels.hpp"
#include "views/png.hpp"

namespace geoneuron::cli::demo {
namespace {

using views::Image;

uint64_t count_differing(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return a.pixels.size();
  uint64_t count = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) count += a.pixels[i] == b.pixels[i] ? 0 : 1;
  return count;
}

// The picture of one set of tensors; every engine must draw the same bytes.
Result<Image> draw_everywhere(const std::string& file, std::vector<Engine>& engines,
                              const TensorSet& tensors, const DrawOnEngine& draw) {
  const Image first = GN_TRY(with_context(draw(engines[0], tensors), file));
  for (size_t i = 1; i < engines.size(); ++i) {
    const Image other =
        GN_TRY(with_context(draw(engines[i], tensors), file + " on " + engines[i].device.id));
    if (other == first) continue;
    return make_error(EILSEQ,
                      "%s: %s and %s draw different bytes from the tensors of %s (%llu pixels); "
                      "the same tensors must give the same bytes",
                      file.c_str(), engines[0].device.id.c_str(), engines[i].device.id.c_str(),
                      tensors.device.c_str(),
                      static_cast<unsigned long long>(count_differing(first, other)));
  }
  return first;
}

void report(const Picture& picture, bool compared) {
  std::printf("  %-28s %5ux%-5u %5.1f s", picture.file.c_str(), picture.width, picture.height,
              picture.seconds);
  if (picture.renderings > 1) std::printf("   same bytes on %u devices", picture.renderings);
  if (compared)
    std::printf(", %.3f %% of pixels differ between their tensors",
                100 * picture.differing_share());
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

Result<Picture> Studio::finish(const std::string& file, const std::vector<TensorSet>& sets,
                               uint32_t renderings,
                               const std::function<Result<Image>(const TensorSet&)>& draw) {
  using std::chrono::steady_clock;
  note("drawing " + file + " ...");
  const auto begin = steady_clock::now();
  const Image image = GN_TRY(draw(sets[0]));
  Picture picture{file, image.width, image.height, renderings, 0, 0};
  for (size_t i = 1; i < sets.size(); ++i)
    picture.differing_pixels = count_differing(image, GN_TRY(draw(sets[i])));
  picture.seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
  const std::vector<std::byte> png = GN_TRY(with_context(views::encode_png(image), file));
  GN_TRY(write_file(folder_ + "/" + file, png));
  report(picture, sets.size() > 1);
  return picture;
}

Result<Picture> Studio::draw(const std::string& file, const std::vector<TensorSet>& sets,
                             const DrawOnEngine& draw) {
  return finish(file, sets, static_cast<uint32_t>(engines_.size()),
                [&](const TensorSet& set) { return draw_everywhere(file, engines_, set, draw); });
}

Result<Picture> Studio::draw_view(const std::string& file, const std::vector<TensorSet>& sets,
                                  const ModelPointer& model, const std::string& view,
                                  const views::ViewRequest& base) {
  return draw(file, sets, [&](Engine& engine, const TensorSet& set) {
    return demo::draw_view(engine, model, set, view, base);
  });
}

Result<Picture> Studio::draw_here(const std::string& file, const std::vector<TensorSet>& sets,
                                  const DrawHere& draw) {
  views::CpuPixels cores;
  return finish(file, sets, 1,
                [&](const TensorSet& set) { return with_context(draw(cores, set), file); });
}

}  // namespace geoneuron::cli::demo
