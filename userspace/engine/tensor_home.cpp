// SPDX-License-Identifier: MIT
#include "engine/tensor_home.hpp"

#include <cstring>
#include <utility>

#include "engine/vulkan/buffer.hpp"

namespace geoneuron::engine {
namespace {

using perception::Tensor;

class CoresHome final : public TensorHome {
 public:
  Result<Tensors> to_device(const Tensors& tensors) override { return tensors; }
  Result<Tensors> to_host(const Tensors& tensors) override { return tensors; }
};

// All tensors of one call share one buffer: devices give only a few thousand.
class VulkanHome final : public TensorHome {
 public:
  explicit VulkanHome(std::shared_ptr<vulkan::VulkanDevice> device) : device_(std::move(device)) {}

  Result<Tensors> to_device(const Tensors& tensors) override {
    uint64_t bytes = 0;
    for (const auto& [name, tensor] : tensors) bytes += room_of(tensor);
    const auto buffer = std::make_shared<vulkan::Buffer>(
        GN_TRY(vulkan::Buffer::create(device_, bytes, vulkan::MemoryUse::kReadback)));
    Tensors result;
    std::byte* place = buffer->mapped();
    for (const auto& [name, tensor] : tensors) {
      if (tensor.size_bytes() > 0) std::memcpy(place, tensor.bytes().data(), tensor.size_bytes());
      result[name] = Tensor::view(tensor.info(), buffer, place);
      place += room_of(tensor);
    }
    return result;
  }

  Result<Tensors> to_host(const Tensors& tensors) override {
    Tensors result;
    for (const auto& [name, tensor] : tensors) {
      Tensor& copy = result[name] = GN_TRY(Tensor::allocate(tensor.info()));
      if (tensor.size_bytes() > 0)
        std::memcpy(copy.mutable_bytes().data(), tensor.bytes().data(), tensor.size_bytes());
    }
    return result;
  }

 private:
  static uint64_t room_of(const Tensor& tensor) {
    constexpr uint64_t kUnit = Tensor::kAlignmentBytes;
    return (tensor.size_bytes() + kUnit - 1) / kUnit * kUnit;
  }

  std::shared_ptr<vulkan::VulkanDevice> device_;
};

}  // namespace

std::unique_ptr<TensorHome> TensorHome::on(const OpenedUnit& opened) {
  if (opened.vulkan) return std::make_unique<VulkanHome>(opened.vulkan);
  return std::make_unique<CoresHome>();
}

}  // namespace geoneuron::engine
