// SPDX-License-Identifier: MIT
#include "engine/cpu/parallel.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace geoneuron::engine::test {
namespace {

TEST(CpuParallel, RangesCoverEveryItemOnce) {
  const cpu::ThreadScope three(3);
  std::vector<int> visits(1000, 0);
  std::vector<int> ranges(3, 0);
  ASSERT_EQ(cpu::range_count(1000, cpu::kWorkPerThread), 3);
  cpu::parallel_ranges(1000, cpu::kWorkPerThread, [&](int64_t range, int64_t begin, int64_t end) {
    ++ranges[static_cast<size_t>(range)];
    for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
  });
  EXPECT_EQ(visits, std::vector<int>(1000, 1));
  EXPECT_EQ(ranges, std::vector<int>(3, 1));
}

TEST(CpuParallel, AFailedAllocationOfAnyThreadReachesTheCaller) {
  const cpu::ThreadScope three(3);
  for (const int64_t failing : {0, 1, 2}) {
    const auto run = [&] {
      cpu::parallel_for(3, cpu::kWorkPerThread, [&](int64_t begin, int64_t) {
        if (begin == failing) throw std::bad_alloc();
      });
    };
    EXPECT_THROW(run(), std::bad_alloc) << "range " << failing;
  }
}

}  // namespace
}  // namespace geoneuron::engine::test
