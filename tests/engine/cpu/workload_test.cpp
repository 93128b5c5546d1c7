// SPDX-License-Identifier: MIT
#include "engine/cpu/workload.hpp"

#include <gtest/gtest.h>

namespace geoneuron::engine::cpu {
namespace {

TEST(Workload, SmallStepsGetOneThread) {
  EXPECT_EQ(worthwhile_threads(0, 0, 8), 1);
  EXPECT_EQ(worthwhile_threads(1'300'000, 110'000, 8), 1);  // the digits' second convolution
}

TEST(Workload, LargeStepsGetAllThreads) {
  EXPECT_EQ(worthwhile_threads(1'000'000'000, 0, 8), 8);  // by arithmetic
  EXPECT_EQ(worthwhile_threads(0, 100'000'000, 8), 8);    // by moving bytes
  EXPECT_EQ(worthwhile_threads(UINT64_MAX, 0, 8), 8);
  EXPECT_EQ(worthwhile_threads(1'000'000'000, 0, 1), 1);
}

TEST(Workload, ThreadsGrowWithTheWork) {
  EXPECT_EQ(worthwhile_threads(12'600'000, 0, 8), 3);
}

}  // namespace
}  // namespace geoneuron::engine::cpu
