// SPDX-License-Identifier: MIT
#include "worker/slot_data.hpp"

#include <cstring>

namespace geoneuron::worker {

Result<std::span<const std::byte>> slot_range(const Job& job, const std::string& name, uint8_t slot,
                                              uint64_t offset, uint64_t count) {
  const auto bytes = GN_TRY(with_context(readable_slot(job, slot), name));
  if (offset > bytes.size() || count > bytes.size() - offset)
    return invalid("%s: %llu bytes from %llu on: must lie inside slot %u, which has %zu",
                   name.c_str(), static_cast<unsigned long long>(count),
                   static_cast<unsigned long long>(offset), slot, bytes.size());
  return bytes.subspan(offset, count);
}

Result<perception::Tensor> copy_tensor(const Job& job, const std::string& name,
                                       const SlotTensor& tensor) {
  const auto bytes = GN_TRY(
      slot_range(job, "tensor " + name, tensor.slot, tensor.offset, tensor.info.size_bytes()));
  perception::Tensor copy = GN_TRY(perception::Tensor::allocate(tensor.info));
  if (!bytes.empty()) std::memcpy(copy.mutable_bytes().data(), bytes.data(), bytes.size());
  // Whatever a byte holds, a bool is 0 or 1.
  if (tensor.info.type == perception::DataType::kBool)
    for (std::byte& byte : copy.mutable_bytes())
      byte = byte == std::byte{0} ? std::byte{0} : std::byte{1};
  return copy;
}

Result<perception::Tensor> slot_tensor(const Job& job, const std::string& name,
                                       const SlotTensor& tensor) {
  if (tensor.info.type == perception::DataType::kBool) return copy_tensor(job, name, tensor);
  const auto bytes = GN_TRY(
      slot_range(job, "tensor " + name, tensor.slot, tensor.offset, tensor.info.size_bytes()));
  return perception::Tensor::view(tensor.info, job.slots[tensor.slot].buffer, bytes.data());
}

Result<views::Image> copy_image(const Job& job, const SlotImage& image) {
  const uint64_t count = uint64_t{image.width} * image.height * sizeof(views::Rgba8);
  if (count == 0) return invalid("image: must be at least 1x1");
  const auto bytes = GN_TRY(slot_range(job, "image", image.slot, 0, count));
  views::Image copy = views::Image::filled(image.width, image.height, {});
  std::memcpy(static_cast<void*>(copy.pixels.data()), bytes.data(), bytes.size());
  return copy;
}

}  // namespace geoneuron::worker
