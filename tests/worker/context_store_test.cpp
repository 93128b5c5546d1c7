// SPDX-License-Identifier: MIT
#include "worker/context_store.hpp"

#include <gtest/gtest.h>

namespace geoneuron::worker {
namespace {

using perception::Shape;
using perception::Tensor;

ModelPointer model() {
  return std::make_shared<const perception::Model>();
}

// Counts what moves; the device may refuse.
struct CountingHome final : engine::TensorHome {
  Result<Tensors> to_device(const Tensors& tensors) override {
    if (is_full) return make_error(ENOMEM, "the device is full");
    ++to_device_count;
    return tensors;
  }
  Result<Tensors> to_host(const Tensors& tensors) override {
    ++to_host_count;
    return tensors;
  }
  int to_device_count = 0, to_host_count = 0;
  bool is_full = false;
};

struct Store : testing::Test {
  CountingHome home;
  std::unique_ptr<ContextStore> store;

  Store() { create({.device = 100, .host = 100}); }
  void create(const StoreBudgets& budgets) {
    store = std::make_unique<ContextStore>(budgets, home);
  }
  int put_model(uint64_t context, uint64_t number, uint64_t bytes) {
    const auto put = store->put_model(context, number, model(), bytes);
    return put ? 0 : put.error().code;
  }
  int put(uint64_t context, uint64_t number, uint64_t bytes) {
    auto perception = std::make_shared<Perception>();
    const float value = static_cast<float>(100 * context + number);
    perception->tensors["t"] = Tensor::from<float>(Shape{1}, std::span(&value, 1));
    const auto put = store->put_perception(context, number, std::move(perception), bytes);
    return put ? 0 : put.error().code;
  }
  bool has_model(uint64_t context, uint64_t number) {
    return store->model(context, number).has_value();
  }
  // "device", "host", or "" where it is no more; looking is no use.
  std::string where(uint64_t context, uint64_t number) {
    const auto found = store->look_at(context, number);
    if (!found) return found.error().code == ESTALE ? "" : "another error";
    return found->is_on_device ? "device" : "host";
  }
  // Uses it; its value is what it was.
  void use(uint64_t context, uint64_t number) {
    const auto found = store->perception(context, number);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ((*found)->tensors.at("t").values<float>()[0],
              static_cast<float>(100 * context + number));
  }
};

TEST_F(Store, KeepsNumbersOfContextsAndKindsApart) {
  EXPECT_EQ(put_model(1, 5, 10), 0);
  EXPECT_TRUE(has_model(1, 5));
  EXPECT_EQ(store->model(2, 5).error().code, ESTALE);
  EXPECT_EQ(store->perception(1, 5).error().code, ESTALE);
}

TEST_F(Store, ReplacesWhatHadTheNumberBefore) {
  EXPECT_EQ(put_model(1, 5, 60), 0);
  EXPECT_EQ(put_model(1, 5, 70), 0);
  EXPECT_EQ(store->resident_bytes(), 70u);
  EXPECT_EQ(put(1, 5, 60), 0);
  EXPECT_EQ(put(1, 5, 80), 0);
  EXPECT_EQ(store->device_bytes(), 80u);
  EXPECT_EQ(store->resident_bytes(), 150u);
}

TEST_F(Store, EvictsWhatWasNotUsedForLongestAndBringsItBack) {
  for (const uint64_t number : {1, 2, 3}) EXPECT_EQ(put(1, number, 30), 0);
  use(1, 1);
  EXPECT_EQ(put(1, 4, 30), 0);
  EXPECT_EQ(where(1, 2), "host");
  EXPECT_EQ(home.to_host_count, 1);
  use(1, 2);  // back, in place of 3
  EXPECT_EQ(where(1, 2), "device");
  EXPECT_EQ(where(1, 3), "host");
  EXPECT_EQ(where(1, 1), "device");
  EXPECT_EQ(where(1, 4), "device");
  EXPECT_EQ(store->resident_bytes(), 120u);
}

TEST_F(Store, SwapsWithoutLosingAnything) {
  EXPECT_EQ(put(1, 1, 100), 0);
  EXPECT_EQ(put(1, 2, 100), 0);  // both heaps are full now
  for (int i = 0; i < 3; ++i)
    for (const uint64_t number : {1, 2}) {
      use(1, number);
      EXPECT_EQ(where(1, number), "device");
    }
  EXPECT_EQ(store->resident_bytes(), 200u);
}

TEST_F(Store, DropsTheOldestWhereTheHostHasNoRoomEither) {
  for (const uint64_t number : {1, 2, 3, 4, 5}) EXPECT_EQ(put(1, number, 50), 0);
  EXPECT_EQ(where(1, 1), "");
  for (const uint64_t number : {2, 3}) EXPECT_EQ(where(1, number), "host");
  for (const uint64_t number : {4, 5}) EXPECT_EQ(where(1, number), "device");
}

TEST_F(Store, DropsPerceptionsBeforeModels) {
  EXPECT_EQ(put_model(1, 9, 60), 0);
  for (const uint64_t number : {1, 2, 3}) EXPECT_EQ(put(1, number, 40), 0);
  EXPECT_EQ(where(1, 1), "host");
  EXPECT_EQ(put(1, 4, 40), 0);
  EXPECT_EQ(where(1, 1), "");
  EXPECT_EQ(where(1, 2), "host");
  EXPECT_TRUE(has_model(1, 9));
}

TEST_F(Store, PutsOnTheHostWhatTheDeviceCannotHold) {
  create({.device = 50, .host = 100});
  EXPECT_EQ(put(1, 1, 40), 0);
  EXPECT_EQ(put(1, 2, 60), 0);
  EXPECT_EQ(where(1, 1), "device");  // nothing was pushed out in vain
  EXPECT_EQ(where(1, 2), "host");
  use(1, 2);
  EXPECT_EQ(where(1, 2), "host");
  home.is_full = true;  // whatever its budget says
  EXPECT_EQ(put(1, 3, 10), 0);
  EXPECT_EQ(where(1, 3), "host");
}

TEST_F(Store, LetsNoContextBeyondItsBudgetsPushOutAnother) {
  create({.device = 100, .host = 100, .context_device = 50, .context_host = 50});
  EXPECT_EQ(put(1, 1, 50), 0);
  for (uint64_t number = 1; number <= 20; ++number) EXPECT_EQ(put(2, number, 25), 0);
  EXPECT_EQ(where(1, 1), "device");
  for (const uint64_t number : {19, 20}) EXPECT_EQ(where(2, number), "device");
  for (const uint64_t number : {17, 18}) EXPECT_EQ(where(2, number), "host");
  EXPECT_EQ(where(2, 16), "");
  EXPECT_EQ(put(2, 21, 51), ENOMEM);
  EXPECT_EQ(put_model(2, 21, 51), ENOMEM);
}

TEST_F(Store, TakesRoomFromTheContextThatHoldsMost) {
  EXPECT_EQ(put(1, 1, 30), 0);
  for (const uint64_t number : {1, 2}) EXPECT_EQ(put(2, number, 30), 0);
  use(2, 1);
  EXPECT_EQ(put(3, 1, 30), 0);
  EXPECT_EQ(where(1, 1), "device");
  EXPECT_EQ(where(2, 1), "device");
  EXPECT_EQ(where(2, 2), "host");
  EXPECT_EQ(where(3, 1), "device");
}

TEST_F(Store, RefusesWhatFitsInNoCase) {
  EXPECT_EQ(put(1, 1, 50), 0);
  const auto refused = store->put_perception(1, 2, std::make_shared<Perception>(), 101);
  EXPECT_EQ(refused.error().code, ENOMEM);
  EXPECT_EQ(refused.error().message,
            "perception 2: takes 101 bytes; at most 100 may stay here: keep less");
  EXPECT_EQ(put_model(1, 2, 101), ENOMEM);
  EXPECT_EQ(where(1, 1), "device");
}

TEST_F(Store, BoundsTheObjectsOfAContext) {
  for (uint64_t i = 1; i <= ContextStore::kMaximumObjects; ++i) ASSERT_EQ(put_model(1, i, 0), 0);
  EXPECT_EQ(put_model(1, 1, 0), 0);  // in place of another
  EXPECT_EQ(put_model(1, 1u << 20, 0), ENOMEM);
  EXPECT_EQ(put_model(2, 1, 0), 0);
}

TEST_F(Store, GivesUpOneOrAllOrAContext) {
  for (const uint64_t context : {1, 2})
    for (const uint64_t number : {1, 2}) {
      EXPECT_EQ(put_model(context, number, 10), 0);
      EXPECT_EQ(put(context, number, 10), 0);
    }
  EXPECT_TRUE(store->release(1, 1).has_value());
  EXPECT_EQ(store->release(1, 1).error().code, ESTALE);
  EXPECT_EQ(store->resident_bytes(), 60u);
  EXPECT_TRUE(store->release(1, 0).has_value());
  EXPECT_FALSE(has_model(1, 2));
  store->drop(2);
  EXPECT_EQ(store->resident_bytes(), 0u);
  EXPECT_EQ(put(1, 1, 100), 0);  // all room is there again
}

}  // namespace
}  // namespace geoneuron::worker
