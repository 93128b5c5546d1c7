// SPDX-License-Identifier: MIT
// The searches allocate when they are made and never again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "policy/timeline/makespan_search.hpp"
#include "policy/timeline/timeline.hpp"
#include "policy/timeline_problems.hpp"

namespace {

size_t allocations = 0;

}  // namespace

// Not inlined: the compiler would take what they do for a mismatch.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace geoneuron::policy {
namespace {

TEST(Allocations, AreCounted) {
  const size_t before = allocations;
  const auto one = std::make_unique<int>(1);
  EXPECT_EQ(allocations, before + static_cast<size_t>(*one));
}

TEST(Allocations, AreNotMadeByTimelines) {
  Timeline timeline;
  for (const ProblemShape& shape :
       {ProblemShape{.jobs = 7}, ProblemShape{.jobs = 128},
        ProblemShape{.jobs = 40, .devices = 8, .staging = true, .musts = true}}) {
    const TimelineProblem problem = problem_by_chance(shape, 1);
    Random random(1);
    const auto last = plan_by_chance(problem, random);
    const size_t before = allocations;
    Pace pace({.steps = 400});
    timeline.begin(problem, 1);
    timeline.improve(pace);
    Pace again({.steps = 400});
    timeline.begin(problem, 1, last);
    timeline.improve(again);
    EXPECT_EQ(allocations, before);
  }
}

TEST(Allocations, AreNotMadeByMakespanSearches) {
  MakespanSearch search(50, 20);
  const FlowShop shop = shop_by_chance(50, 20, 1), small = shop_by_chance(20, 5, 1);
  const size_t before = allocations;
  Pace pace({.steps = 400});
  search.begin(small, 1, pace);
  search.improve(pace);
  Pace again({.steps = 400});
  search.begin(shop, 1, again);
  search.improve(again);
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace geoneuron::policy
