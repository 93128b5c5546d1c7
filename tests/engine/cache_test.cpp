// SPDX-License-Identifier: MIT
#include "engine/cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace geoneuron::engine {
namespace {

using TestCache = Cache<std::string, int>;

bool put(TestCache& cache, const std::string& key, uint64_t size_bytes, double cost = 1) {
  return cache.put(key, std::make_shared<const int>(1), size_bytes, cost);
}

TEST(Cache, FindsWhatWasPut) {
  TestCache cache(100);
  cache.put("a", std::make_shared<const int>(7), 10, 1);
  EXPECT_EQ(*cache.find("a"), 7);
  EXPECT_EQ(cache.find("b"), nullptr);
}

TEST(Cache, StaysWithinItsBudget) {
  TestCache cache(100);
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(put(cache, std::to_string(i), 1 + static_cast<uint64_t>(i)));
    EXPECT_LE(cache.used_bytes(), 100u);
  }
}

TEST(Cache, RefusesWhatIsLargerThanTheBudgetAndKeepsTheRest) {
  TestCache cache(100);
  put(cache, "a", 100);
  EXPECT_FALSE(put(cache, "b", 101));
  EXPECT_NE(cache.find("a"), nullptr);
}

TEST(Cache, LetsTheCheapGoFirst) {
  TestCache cache(100);
  put(cache, "dear", 50, 1000);
  put(cache, "cheap", 50, 1);
  put(cache, "new", 50, 10);
  EXPECT_NE(cache.find("dear"), nullptr);
  EXPECT_EQ(cache.find("cheap"), nullptr);
}

TEST(Cache, LetsTheLargeGoFirstAtEqualCost) {
  TestCache cache(100);
  put(cache, "small", 10);
  put(cache, "large", 80);
  put(cache, "new", 20);
  EXPECT_NE(cache.find("small"), nullptr);
  EXPECT_EQ(cache.find("large"), nullptr);
}

TEST(Cache, AnUnusedDearEntryAgesInTheEnd) {
  TestCache cache(100);
  put(cache, "dear", 50, 10);
  for (int i = 0; i < 30; ++i) put(cache, "n" + std::to_string(i), 50, 1);
  EXPECT_EQ(cache.find("dear"), nullptr);
}

TEST(Cache, ReplacesAnEntryOfTheSameKey) {
  TestCache cache(100);
  put(cache, "a", 60);
  put(cache, "a", 70);
  EXPECT_EQ(cache.used_bytes(), 70u);
  cache.erase("a");
  EXPECT_EQ(cache.used_bytes(), 0u);
}

}  // namespace
}  // namespace geoneuron::engine
