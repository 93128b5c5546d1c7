// SPDX-License-Identifier: MIT
#include "daemon/fetch_credits.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace geoneuron::daemon {
namespace {

constexpr uint32_t kMost = 10;

std::vector<FetchCredits::Fetch> begin_all(FetchCredits& credits) {
  std::vector<FetchCredits::Fetch> fetches;
  while (const auto fetch = credits.begin()) fetches.push_back(*fetch);
  return fetches;
}

TEST(FetchCredits, TheFirstFetchHasAllCredits) {
  FetchCredits credits(kMost);
  const auto fetches = begin_all(credits);
  ASSERT_EQ(fetches.size(), 1u);
  for (const uint16_t each : fetches[0].ask.credits) EXPECT_EQ(each, kMost);
  EXPECT_EQ(fetches[0].ask.slot_count, FetchCredits::kSlots);
}

TEST(FetchCredits, WhatIsTakenIsNotGivenAgain) {
  FetchCredits credits(kMost);
  const auto first = begin_all(credits);
  credits.end(first[0].number);
  for (int i = 0; i < 4; ++i) credits.take(GEONEURON_CLASS_NORMAL);
  const auto second = begin_all(credits);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].ask.credits[GEONEURON_CLASS_NORMAL], kMost - 4);
  EXPECT_EQ(second[0].ask.credits[GEONEURON_CLASS_REALTIME], kMost);
}

TEST(FetchCredits, AFullClassGetsAFetchOfItsOwnWhenThereIsRoom) {
  FetchCredits credits(kMost);
  credits.end(begin_all(credits)[0].number);
  for (uint32_t i = 0; i < kMost; ++i) credits.take(GEONEURON_CLASS_NORMAL);
  EXPECT_EQ(begin_all(credits).at(0).ask.credits[GEONEURON_CLASS_NORMAL], 0);
  EXPECT_TRUE(begin_all(credits).empty());
  credits.give(GEONEURON_CLASS_NORMAL);
  const auto own = begin_all(credits);
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].ask.credits[GEONEURON_CLASS_NORMAL], 1);
  EXPECT_EQ(own[0].ask.credits[GEONEURON_CLASS_REALTIME], 0) << "which another FETCH has";
  credits.give(GEONEURON_CLASS_NORMAL);
  EXPECT_TRUE(begin_all(credits).empty()) << "one FETCH of a class at a time";
}

TEST(FetchCredits, OneAlwaysPends) {
  FetchCredits credits(kMost);
  credits.end(begin_all(credits)[0].number);
  for (uint8_t each = 0; each < GEONEURON_CLASSES; ++each)
    for (uint32_t i = 0; i < kMost; ++i) credits.take(each);
  ASSERT_EQ(begin_all(credits).size(), 1u) << "for what the kernel tells besides";
  for (uint8_t each = 0; each < GEONEURON_CLASSES; ++each) {
    credits.give(each);
    EXPECT_EQ(begin_all(credits).size(), 1u);
  }
  EXPECT_TRUE(begin_all(credits).empty());
}

TEST(FetchCredits, SlotsOfFetchesDoNotOverlap) {
  FetchCredits credits(1);
  std::vector<bool> used(GEONEURON_MAX_RECORDS, false);
  credits.end(begin_all(credits)[0].number);
  for (uint8_t each = 0; each < GEONEURON_CLASSES; ++each) credits.take(each);
  std::vector<FetchCredits::Fetch> fetches = begin_all(credits);
  for (uint8_t each = 0; each < GEONEURON_CLASSES; ++each) {
    credits.give(each);
    for (const auto& fetch : begin_all(credits)) fetches.push_back(fetch);
  }
  EXPECT_EQ(fetches.size(), size_t{FetchCredits::kFetches});
  for (const auto& fetch : fetches)
    for (uint32_t i = 0; i < fetch.ask.slot_count; ++i) {
      ASSERT_LT(fetch.ask.first_slot + i, used.size());
      EXPECT_FALSE(used[fetch.ask.first_slot + i]);
      used[fetch.ask.first_slot + i] = true;
    }
}

}  // namespace
}  // namespace geoneuron::daemon
