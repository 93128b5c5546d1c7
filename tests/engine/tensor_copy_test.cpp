// SPDX-License-Identifier: MIT
#include "engine/tensor_copy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace geoneuron::engine {
namespace {

using perception::DataType;
using perception::Shape;
using perception::Tensor;

constexpr int64_t kLarge = 300'000;

class TensorCopy : public testing::Test {
 protected:
  const perception::TensorInfo large_{DataType::kFloat32, Shape({kLarge})};
  MemoryManager memory_{{{"device", 3 * kLarge * sizeof(float)}}};
};

TEST_F(TensorCopy, HasTheSameElementsAndSharesNoByte) {
  Tensor original = Tensor::from_int64s({1, 2, 3});
  const Tensor copy = copy_of(original, memory_).value();
  original.mutable_values<int64_t>()[1] = 9;
  EXPECT_EQ(copy.info(), original.info());
  EXPECT_EQ(copy.to_int64s().value(), (std::vector<int64_t>{1, 2, 3}));
}

TEST_F(TensorCopy, OfNoElementsIsPossible) {
  const Tensor empty = Tensor::from<float>(Shape({0, 4}), {});
  EXPECT_EQ(copy_of(empty, memory_).value().info(), empty.info());
}

TEST_F(TensorCopy, TakesTheMemoryOfATensorThatIsGone) {
  const std::byte* memory = unfilled_tensor(large_, memory_).value().bytes().data();
  const Tensor next = unfilled_tensor(large_, memory_).value();
  EXPECT_EQ(next.bytes().data(), memory);
  EXPECT_NE(unfilled_tensor(large_, memory_).value().bytes().data(), memory);
}

TEST_F(TensorCopy, IsNotKeptWhereItsRoomIsNeeded) {
  { const auto copies = {unfilled_tensor(large_, memory_), unfilled_tensor(large_, memory_)}; }
  const SpareBlocks& spare = *memory_.spare_blocks();
  EXPECT_GE(spare.kept_bytes(), 2 * large_.size_bytes());
  const MemoryLease half = memory_.lease(3 * large_.size_bytes() / 2, "arena").value();
  EXPECT_GE(spare.kept_bytes(), large_.size_bytes());
  EXPECT_LE(spare.kept_bytes(), 3 * large_.size_bytes() / 2);
  const MemoryLease rest = memory_.lease(3 * large_.size_bytes() / 2, "arena").value();
  EXPECT_EQ(spare.kept_bytes(), 0u);
  EXPECT_TRUE(unfilled_tensor(large_, memory_).has_value());
  EXPECT_EQ(spare.kept_bytes(), 0u);
}

TEST_F(TensorCopy, MayOutliveTheManager) {
  std::shared_ptr<SpareBlocks> spare;
  {
    Tensor copy;
    {
      MemoryManager memory({{"device", 1 << 30}});
      spare = memory.spare_blocks();
      copy = unfilled_tensor(large_, memory).value();
    }
    EXPECT_EQ(copy.info(), large_);
  }
  EXPECT_EQ(spare->kept_bytes(), 0u);
}

TEST_F(TensorCopy, SaysWhatItNeedsWhereThereIsNoMemory) {
  const auto refused = unfilled_tensor({DataType::kFloat32, Shape({int64_t{1} << 60})}, memory_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ENOMEM);
  EXPECT_NE(refused.error().message.find("more than this machine can give"), std::string::npos);
}

}  // namespace
}  // namespace geoneuron::engine
