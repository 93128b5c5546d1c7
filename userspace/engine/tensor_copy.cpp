// SPDX-License-Identifier: MIT
#include "engine/tensor_copy.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

namespace geoneuron::engine {
namespace {

using perception::Tensor;
using perception::TensorInfo;

// Smaller allocations are cheap: malloc keeps their pages.
constexpr size_t kSmallestKept = 64 << 10;
constexpr size_t kMostKept = 64 << 20;

struct Free {
  void operator()(std::byte* memory) const { std::free(memory); }
};
using Block = std::unique_ptr<std::byte, Free>;

// Blocks that tensors have given back.
class SpareBlocks {
 public:
  // A block of `size` bytes or up to a quarter more, whose size replaces `size`; or nullptr.
  Block take(size_t& size) {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.lower_bound(size);
    if (found == blocks_.end() || found->first > size + size / 4) return nullptr;
    size = found->first;
    kept_ -= size;
    Block block = std::move(found->second);
    blocks_.erase(found);
    return block;
  }

  // Keeps it as long as there is room. Called by destructors: where even that needs memory that
  // there is not, the block is freed.
  void give(Block block, size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    if (size < kSmallestKept || size > kMostKept - kept_) return;
    try {
      blocks_.emplace(size, std::move(block));
      kept_ += size;
    } catch (const std::bad_alloc&) {
    }
  }

 private:
  std::mutex mutex_;  // guards what follows against tensors that other threads make and drop
  std::multimap<size_t, Block> blocks_;
  size_t kept_ = 0;
};

// Shared, as tensors may live longer than what is static here.
const std::shared_ptr<SpareBlocks>& spare_blocks() {
  static const auto blocks = std::make_shared<SpareBlocks>();
  return blocks;
}

}  // namespace

Result<Tensor> unfilled_tensor(const TensorInfo& info) {
  constexpr size_t kUnit = Tensor::kAlignmentBytes;
  size_t size = std::max(kUnit, (info.size_bytes() + kUnit - 1) / kUnit * kUnit);
  const auto spare = spare_blocks();
  Block block = spare->take(size);
  if (!block) block.reset(static_cast<std::byte*>(std::aligned_alloc(kUnit, size)));
  if (!block)
    return make_error(ENOMEM, "%s: needs %zu bytes, more than this machine can give",
                      info.to_string().c_str(), info.size_bytes());
  const std::byte* memory = block.get();
  std::shared_ptr<const void> owner(
      block.release(), [spare, size](std::byte* released) { spare->give(Block(released), size); });
  return Tensor::view(info, std::move(owner), memory);
}

Result<Tensor> copy_of(const Tensor& tensor) {
  Tensor copy = GN_TRY(unfilled_tensor(tensor.info()));
  if (tensor.size_bytes() > 0)
    std::memcpy(copy.mutable_bytes().data(), tensor.bytes().data(), tensor.size_bytes());
  return copy;
}

}  // namespace geoneuron::engine
