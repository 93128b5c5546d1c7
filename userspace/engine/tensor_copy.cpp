// SPDX-License-Identifier: MIT
#include "engine/tensor_copy.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace geoneuron::engine {

using perception::Tensor;
using perception::TensorInfo;

Result<Tensor> unfilled_tensor(const TensorInfo& info, MemoryManager& memory) {
  constexpr size_t kUnit = Tensor::kAlignmentBytes;
  const size_t size = std::max(kUnit, (info.size_bytes() + kUnit - 1) / kUnit * kUnit);
  const std::shared_ptr<SpareBlocks>& spare = memory.spare_blocks();
  SpareBlocks::Block block = spare->take(size);
  if (!block) block.reset(static_cast<std::byte*>(std::aligned_alloc(kUnit, size)));
  if (!block)
    return make_error(ENOMEM, "%s: needs %zu bytes, more than this machine can give",
                      info.to_string().c_str(), info.size_bytes());
  const std::byte* begin = block.get();
  // Shared, as the tensor may live longer than the manager.
  std::shared_ptr<const void> owner(block.release(), [spare, size](std::byte* released) {
    spare->give(SpareBlocks::Block(released), size);
  });
  return Tensor::view(info, std::move(owner), begin);
}

Result<Tensor> copy_of(const Tensor& tensor, MemoryManager& memory) {
  Tensor copy = GN_TRY(unfilled_tensor(tensor.info(), memory));
  if (tensor.size_bytes() > 0)
    std::memcpy(copy.mutable_bytes().data(), tensor.bytes().data(), tensor.size_bytes());
  return copy;
}

}  // namespace geoneuron::engine
