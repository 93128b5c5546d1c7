// SPDX-License-Identifier: MIT
// Recorder: what an operator needs to turn itself into dispatches. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engine/vulkan/commands.hpp"
#include "engine/vulkan/program_memory.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::engine::vulkan {

// A tensor as an operator meets it: in device memory, or a constant that is there only once asked
// for (operators that repack their weights never upload them as they are).
struct DeviceTensor {
  perception::TensorInfo info;
  Binding place;
  const perception::Tensor* constant = nullptr;

  bool is_present() const { return info.type != perception::DataType::kUndefined; }
  uint64_t count() const { return static_cast<uint64_t>(info.element_count()); }
};

// An activation as the shaders compute it (GN_COPY ... GN_HARD_SIGMOID).
struct Activation {
  uint32_t op = 0;
  float alpha = 0;
  float beta = 0;
};

class Recorder {
 public:
  Recorder(std::shared_ptr<VulkanDevice> device, ProgramMemory& memory)
      : device_(std::move(device)), memory_(memory) {}

  // Where the following commands go. Without it nothing is compiled or recorded: that finds out
  // what a node asks of `memory`, and whether the device can do it at all.
  void record_into(Commands& commands) { commands_ = &commands; }

  // Runs at least `invocations` invocations, GN_GROUP to a workgroup, numbered by grid_index().
  Result<void> dispatch(const Shader& shader, std::span<const uint32_t> constants,
                        std::span<const Binding> bindings, std::span<const std::byte> push,
                        uint64_t invocations);
  // Dispatches after this see what those before wrote.
  void barrier() {
    if (commands_ != nullptr) commands_->barrier();
  }
  void fill(const Binding& place, uint32_t word);

  // The tensor's elements in device memory; uploads a constant when first asked.
  Result<Binding> place(const DeviceTensor& tensor);
  Result<Binding> upload(std::span<const std::byte> bytes) { return memory_.upload(bytes); }
  // As ProgramMemory::upload.
  Result<Binding> upload(uint64_t bytes, const std::function<void(std::span<std::byte>)>& write) {
    return memory_.upload(bytes, write);
  }
  // Room until the node is done.
  Result<Binding> scratch(uint64_t bytes) { return memory_.scratch(bytes); }
  // A word that the device counts errors in; `message` is the sentence if it is not zero after a
  // run.
  Result<Binding> error_counter(std::string message);

  struct ErrorCounter {
    std::string message;
    const Buffer* memory = nullptr;
    uint64_t offset_bytes = 0;
  };
  std::span<const ErrorCounter> error_counters() const { return counters_; }

 private:
  static constexpr uint64_t kErrorBytes = 4 << 10;  // of each piece of memory for counters

  std::shared_ptr<VulkanDevice> device_;
  ProgramMemory& memory_;
  Commands* commands_ = nullptr;
  std::map<const std::byte*, Binding> uploaded_;
  std::vector<ErrorCounter> counters_;
};

// The same place, read by shaders in another format.
Binding with_format(Binding place, VkFormat format);

}  // namespace geoneuron::engine::vulkan
