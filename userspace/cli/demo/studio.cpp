// SPDX-License-Identifier: MIT
#include "cli/demo/studio.hpp"

#include <cstdio>

#include "base/file.hpp"
#include "cli/terminal.hpp"
#include "engine/profiler.hpp"
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
                              const TensorSet& tensors, const Draw& draw) {
  const Image first = GN_TRY(with_context(draw(*engines[0].pictures, tensors), file));
  for (size_t i = 1; i < engines.size(); ++i) {
    const Image other = GN_TRY(
        with_context(draw(*engines[i].pictures, tensors), file + " on " + engines[i].device.id));
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

Result<Picture> Studio::draw(const std::string& file, const std::vector<TensorSet>& sets,
                             const Draw& draw) {
  note("drawing " + file + " ...");
  const uint64_t begin_ns = engine::now_ns();
  const Image image = GN_TRY(draw_everywhere(file, engines_, sets[0], draw));
  Picture picture{file, image.width, image.height, static_cast<uint32_t>(engines_.size()), 0, 0};
  for (size_t i = 1; i < sets.size(); ++i)
    picture.differing_pixels =
        count_differing(image, GN_TRY(draw_everywhere(file, engines_, sets[i], draw)));
  picture.seconds = static_cast<double>(engine::now_ns() - begin_ns) * 1e-9;
  const std::vector<std::byte> png = GN_TRY(with_context(views::encode_png(image), file));
  GN_TRY(write_file(folder_ + "/" + file, png));
  report(picture, sets.size() > 1);
  return picture;
}

Result<Picture> Studio::draw_view(const std::string& file, const std::vector<TensorSet>& sets,
                                  const std::string& view, const views::ViewRequest& base) {
  return draw(file, sets, [&](engine::NeuronVisualizationKernel& pictures, const TensorSet& set) {
    views::ViewRequest request = base;
    request.tensors = set.tensors;
    return pictures.render(view, request);
  });
}

}  // namespace geoneuron::cli::demo
