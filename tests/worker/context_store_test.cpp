// SPDX-License-Identifier: MIT
#include "worker/context_store.hpp"

#include <gtest/gtest.h>

namespace geoneuron::worker {
namespace {

ModelPointer model() {
  return std::make_shared<const perception::Model>();
}

struct Store : testing::Test {
  ContextStore store{100};

  int put(uint64_t context, uint64_t number, uint64_t bytes) {
    const auto put = store.put_model(context, number, model(), bytes);
    return put ? 0 : put.error().code;
  }
  bool has(uint64_t context, uint64_t number) { return store.model(context, number).has_value(); }
};

TEST_F(Store, KeepsNumbersOfContextsAndKindsApart) {
  EXPECT_EQ(put(1, 5, 10), 0);
  EXPECT_TRUE(has(1, 5));
  EXPECT_EQ(store.model(2, 5).error().code, ESTALE);
  EXPECT_EQ(store.perception(1, 5).error().code, ESTALE);
}

TEST_F(Store, ReplacesWhatHadTheNumberBefore) {
  EXPECT_EQ(put(1, 5, 60), 0);
  EXPECT_EQ(put(1, 5, 70), 0);
  EXPECT_EQ(store.resident_bytes(), 70u);
}

TEST_F(Store, TakesRoomFromTheContextThatHoldsMost) {
  EXPECT_EQ(put(1, 1, 30), 0);
  EXPECT_EQ(put(2, 1, 30), 0);
  EXPECT_EQ(put(2, 2, 30), 0);
  EXPECT_TRUE(has(2, 1));  // used after 2, so 2 is the older one
  EXPECT_EQ(put(3, 1, 30), 0);
  EXPECT_TRUE(has(1, 1));
  EXPECT_TRUE(has(2, 1));
  EXPECT_FALSE(has(2, 2));
  EXPECT_EQ(store.resident_bytes(), 90u);
}

TEST_F(Store, RefusesWhatFitsInNoCase) {
  EXPECT_EQ(put(1, 1, 50), 0);
  EXPECT_EQ(put(1, 2, 101), ENOMEM);
  EXPECT_TRUE(has(1, 1));
}

TEST_F(Store, BoundsTheObjectsOfAContext) {
  for (uint64_t i = 1; i <= ContextStore::kMaximumObjects; ++i) ASSERT_EQ(put(1, i, 0), 0);
  EXPECT_EQ(put(1, 1, 0), 0);  // in place of another
  EXPECT_EQ(put(1, 1u << 20, 0), ENOMEM);
  EXPECT_EQ(put(2, 1, 0), 0);
}

TEST_F(Store, GivesUpOneOrAllOrAContext) {
  for (const uint64_t context : {1, 2})
    for (const uint64_t number : {1, 2}) EXPECT_EQ(put(context, number, 10), 0);
  EXPECT_TRUE(store.release(1, 1).has_value());
  EXPECT_EQ(store.release(1, 1).error().code, ESTALE);
  EXPECT_EQ(store.resident_bytes(), 30u);
  EXPECT_TRUE(store.release(1, 0).has_value());
  EXPECT_FALSE(has(1, 2));
  store.drop(2);
  EXPECT_EQ(store.resident_bytes(), 0u);
}

}  // namespace
}  // namespace geoneuron::worker
