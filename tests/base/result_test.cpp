// SPDX-License-Identifier: MIT
#include "base/result.hpp"

#include <gtest/gtest.h>

namespace geoneuron {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return invalid("%d: must be even", number);
  return number / 2;
}

Result<int> quarter_of(int number) {
  const int half = GN_TRY(half_of(number));
  return half_of(half);
}

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_EQ(quarter_of(12).value(), 3);
  EXPECT_EQ(quarter_of(7).error().message, "7: must be even");
  EXPECT_EQ(quarter_of(6).error().message, "3: must be even");
}

TEST(Result, ContextIsPutBeforeTheSentence) {
  const Result<int> result = with_context(half_of(3), "conv1");
  EXPECT_EQ(result.error().message, "conv1: 3: must be even");
  EXPECT_EQ(result.error().code, EINVAL);
}

}  // namespace
}  // namespace geoneuron
