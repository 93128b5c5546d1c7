// SPDX-License-Identifier: MIT
#include "engine/vulkan/recorder.hpp"

#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {

Result<void> Recorder::dispatch(const Shader& shader, std::span<const uint32_t> constants,
                                std::span<const Binding> bindings, std::span<const std::byte> push,
                                uint64_t invocations) {
  // Rows of workgroups, because one axis alone may be too short.
  constexpr uint64_t kRow = 32768;
  const uint64_t groups = (invocations + GN_GROUP - 1) / GN_GROUP;
  if (groups == 0) return {};
  const uint64_t rows = (groups + kRow - 1) / kRow;
  if (rows > Commands::kMaximumGroups)
    return make_error(EOVERFLOW, "%llu invocations are more than one dispatch has",
                      static_cast<unsigned long long>(invocations));
  if (commands_ == nullptr) return {};
  const std::shared_ptr<const Pipeline> pipeline = GN_TRY(device_->pipeline(shader, constants));
  const uint64_t columns = rows == 1 ? groups : kRow;
  return commands_->dispatch(*pipeline, bindings, push,
                             {static_cast<uint32_t>(columns), static_cast<uint32_t>(rows), 1});
}

void Recorder::fill(const Binding& place, uint32_t word) {
  if (commands_ != nullptr)
    commands_->fill(place.buffer, place.offset_bytes, place.size_bytes, word);
}

Result<Binding> Recorder::place(const DeviceTensor& tensor) {
  if (tensor.constant == nullptr) return tensor.place;
  const std::byte* key = tensor.constant->bytes().data();
  if (const auto found = uploaded_.find(key); found != uploaded_.end()) return found->second;
  const Binding place = GN_TRY(upload(tensor.constant->bytes()));
  uploaded_.emplace(key, place);
  return place;
}

Result<Binding> Recorder::error_counter(std::string message) {
  const size_t per_piece = kErrorBytes / memory_.alignment();
  ErrorCounter counter{std::move(message), nullptr,
                       counters_.size() % per_piece * memory_.alignment()};
  counter.memory =
      counter.offset_bytes > 0
          ? counters_.back().memory
          : GN_TRY(memory_.allocate(kErrorBytes, MemoryUse::kReadback, "error counters"));
  const Binding place{counter.memory->get(), counter.offset_bytes, sizeof(uint32_t),
                      VK_FORMAT_R32_UINT};
  counters_.push_back(std::move(counter));
  return place;
}

Binding with_format(Binding place, VkFormat format) {
  place.format = format;
  return place;
}

}  // namespace geoneuron::engine::vulkan
