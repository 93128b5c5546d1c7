// SPDX-License-Identifier: MIT
// Session: drawing views.
#include <algorithm>
#include <utility>

#include "cli/session.hpp"
#include "cli/session_model.hpp"
#include "cli/tensor_places.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;
using views::Image;

// Room for most pictures: 4 million pixels. A larger one is drawn twice.
constexpr uint64_t kPictureBytes = 16 << 20;

// A RENDER of what the daemon has, with the buffers that it names.
struct Drawing {
  ordered_json text;
  PackedTensors tensors;
  client::Buffer image;  // only where there is one
};

Result<client::Buffer> copied(const Image& image, const DaemonLink& link) {
  client::Buffer buffer = GN_TRY(link.create_buffer(image.pixels.size() * sizeof(views::Rgba8)));
  std::ranges::copy(image.pixels, buffer.as<views::Rgba8>().begin());
  return buffer;
}

Result<Drawing> drawing_of(const std::string& view, const views::ViewRequest& picture,
                           const DaemonLink& link) {
  ordered_json text = {{"view", view}, {"pixels", 0}, {"select", picture.selected}};
  for (const auto& [name, value] : picture.parameters) text["parameters"][name] = value;
  PackedTensors tensors = GN_TRY(pack(picture.tensors, link));
  if (!picture.tensors.empty()) text["tensors"] = tensors.places.described(1);
  Drawing drawing{std::move(text), std::move(tensors), {}};
  if (!picture.input_image) return drawing;
  drawing.image = GN_TRY(copied(*picture.input_image, link));
  drawing.text["image"] = {
      {"slot", 2}, {"width", picture.input_image->width}, {"height", picture.input_image->height}};
  return drawing;
}

Result<void> add_render(CommandChain& chain, const Drawing& drawing, const client::Buffer& pixels) {
  const CommandParts parts{.opcode = GEONEURON_RENDER, .source = kPerceptionNumber};
  const BufferUse tensors = reads(drawing.tensors.buffer);
  if (drawing.image)
    return chain.add(parts, drawing.text, {writes(pixels), tensors, reads(drawing.image)});
  return chain.add(parts, drawing.text, {writes(pixels), tensors});
}

uint64_t bytes_of(uint64_t value) {
  return (value >> 32) * (value & 0xffffffff) * sizeof(views::Rgba8);
}

Result<Image> image_from(const client::Buffer& pixels, uint64_t value) {
  if (bytes_of(value) > pixels.size())
    return make_error(EPROTO,
                      "the daemon's picture: must fit into the memory that it was drawn to");
  Image image = Image::filled(static_cast<uint32_t>(value & 0xffffffff),
                              static_cast<uint32_t>(value >> 32), {});
  const auto source = pixels.as<views::Rgba8>();
  std::copy_n(source.begin(), image.pixels.size(), image.pixels.begin());
  return image;
}

}  // namespace

Result<Image> Session::render(const PerceptionRequest& request, const std::string& view,
                              const views::ViewRequest& picture) {
  const PackedTensors inputs = GN_TRY(pack(request.inputs, *link_));
  const Drawing drawing = GN_TRY(drawing_of(view, picture, *link_));
  client::Buffer pixels = GN_TRY(link_->create_buffer(kPictureBytes));
  ordered_json text = perceive_text(request);
  text["inputs"] = inputs.places.described(0);
  text["keep"] = request.keep;
  return with_model(request.model, [&]() -> Result<Image> {
    CommandChain chain = this->chain();
    GN_TRY(load(chain, request.model));
    GN_TRY(add_perceive(chain, request, text, {reads(inputs.buffer)}));
    GN_TRY(add_render(chain, drawing, pixels));
    auto watching = watch(request);
    const auto completions = GN_TRY(chain.submit());
    watching.reset();
    const geoneuron_completion drawn = completions.back();
    const bool is_larger = drawn.result == -ENOSPC && bytes_of(drawn.value) > pixels.size();
    if (!is_larger) {
      GN_TRY(link_->check(completions));
      return image_from(pixels, drawn.value);
    }
    pixels = GN_TRY(link_->create_buffer(bytes_of(drawn.value)));
    CommandChain again = this->chain();
    GN_TRY(add_render(again, drawing, pixels));
    const auto drawn_again = GN_TRY(again.run());
    return image_from(pixels, drawn_again.front().value);
  });
}

}  // namespace geoneuron::cli
