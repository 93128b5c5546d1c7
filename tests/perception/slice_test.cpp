// SPDX-License-Identifier: MIT
#include "perception/slice.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "perception/operands.hpp"

namespace geoneuron::perception {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

Result<std::vector<SliceAxis>> sliced(Shape shape, std::vector<int64_t> starts,
                                      std::vector<int64_t> ends, std::vector<int64_t> axes,
                                      std::vector<int64_t> steps) {
  const Tensor tensors[] = {Tensor::from_int64s(starts), Tensor::from_int64s(ends),
                            Tensor::from_int64s(axes), Tensor::from_int64s(steps)};
  const Operand operands[] = {shaped(std::move(shape)), known(tensors[0]), known(tensors[1]),
                              known(tensors[2]), known(tensors[3])};
  return slice_axes(operands);
}

SliceAxis one(int64_t extent, int64_t start, int64_t end, int64_t step) {
  return sliced({extent}, {start}, {end}, {0}, {step}).value()[0];
}

TEST(Slice, ClampsStartsAndEndsIntoTheAxis) {
  EXPECT_EQ(one(10, 2, 100, 3), (SliceAxis{2, 3, 3}));
  EXPECT_EQ(one(10, -3, kHighest, 1), (SliceAxis{7, 1, 3}));
  EXPECT_EQ(one(10, 5, 2, 1).count, 0);
  EXPECT_EQ(one(0, 0, 1, 1).count, 0);
}

TEST(Slice, WalksBackwards) {
  EXPECT_EQ(one(10, -1, kLowest, -1), (SliceAxis{9, -1, 10}));
  EXPECT_EQ(one(10, 100, 0, -4), (SliceAxis{9, -4, 3}));
}

TEST(Slice, SurvivesTheLargestNumbers) {
  EXPECT_EQ(one(10, kLowest, kHighest, kHighest), (SliceAxis{0, 1, 1}));
  EXPECT_EQ(one(10, kHighest, kLowest, kLowest), (SliceAxis{9, 1, 1}));
}

TEST(Slice, LeavesOtherAxesWhole) {
  EXPECT_EQ(sliced({4, 5}, {1}, {3}, {-1}, {1}).value(),
            (std::vector<SliceAxis>{{0, 1, 4}, {1, 1, 2}}));
}

TEST(Slice, RefusesWhatContradictsItself) {
  EXPECT_FALSE(sliced({4}, {0}, {1}, {0}, {0}).has_value());
  EXPECT_FALSE(sliced({4}, {0, 1}, {1}, {0}, {1}).has_value());
  EXPECT_FALSE(sliced({4}, {0}, {1}, {1}, {1}).has_value());
  EXPECT_FALSE(sliced({4, 4}, {0, 0}, {1, 1}, {0, -2}, {1, 1}).has_value());
}

}  // namespace
}  // namespace geoneuron::perception
