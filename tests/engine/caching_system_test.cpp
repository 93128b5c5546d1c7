// SPDX-License-Identifier: MIT
#include "engine/caching_system.hpp"

#include <gtest/gtest.h>

namespace geoneuron::engine {
namespace {

using perception::Tensor;

Tensor floats(std::vector<float> values) {
  return Tensor::from<float>({static_cast<int64_t>(values.size())}, values);
}

CacheQuestion question(const NamedTensors& inputs) {
  return {"digest", "cpu", "optimised", {"y"}, &inputs};
}

TEST(CachingSystem, EveryPartOfTheQuestionChangesTheKey) {
  const NamedTensors inputs = {{"x", floats({1, 2})}};
  const NamedTensors other_value = {{"x", floats({1, 3})}};
  const NamedTensors other_shape = {{"x", floats({1, 2}).reshaped({2, 1})}};
  const NamedTensors other_name = {{"z", floats({1, 2})}};
  std::set<CacheKey> keys = {key_of(question(inputs)), key_of(question(other_value)),
                             key_of(question(other_shape)), key_of(question(other_name))};
  for (std::string CacheQuestion::*part :
       {&CacheQuestion::model_digest, &CacheQuestion::device, &CacheQuestion::flags}) {
    CacheQuestion changed = question(inputs);
    changed.*part = "other";
    keys.insert(key_of(changed));
  }
  CacheQuestion kept = question(inputs);
  kept.keep.insert("z");
  keys.insert(key_of(kept));
  EXPECT_EQ(keys.size(), 8u);
  EXPECT_TRUE(keys.contains(key_of(question(inputs))));
}

TEST(CachingSystem, PartsDoNotRunIntoEachOther) {
  const NamedTensors inputs;
  CacheQuestion a{"ab", "c", "", {}, &inputs}, b{"a", "bc", "", {}, &inputs};
  EXPECT_NE(key_of(a), key_of(b));
}

TEST(CachingSystem, ASnapshotSharesNothing) {
  NamedTensors inputs = {{"x", floats({1, 2})}};
  MemoryManager memory({{"device", 8}});
  const Snapshot copies = snapshot(inputs, memory).value();
  inputs.at("x").mutable_values<float>()[0] = 9;
  EXPECT_EQ(copies.tensors.at("x").values<float>()[0], 1.0f);
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 8u);
}

TEST(CachingSystem, ASnapshotAsksForRoomFirst) {
  MemoryManager memory({{"device", 7}});
  const auto copies = snapshot({{"x", floats({1, 2})}}, memory);
  ASSERT_FALSE(copies.has_value());
  EXPECT_EQ(copies.error().code, ENOMEM);
  EXPECT_EQ(copies.error().message,
            "input x: device memory: a copy needs 8 bytes; 0 of 7 are in use; raise the budget");
}

TEST(CachingSystem, ASnapshotOfNothingIsAnError) {
  MemoryManager memory({{"device", 8}});
  const auto copies = snapshot({{"x", Tensor()}}, memory);
  ASSERT_FALSE(copies.has_value());
  EXPECT_NE(copies.error().message.find("input x"), std::string::npos);
}

TEST(CachingSystem, RetrievesWhatWasStored) {
  CachingSystem system(1000);
  const CacheKey key{1, 2};
  EXPECT_EQ(system.retrieve(key), nullptr);
  system.store(key, {{{"y", floats({5})}}}, 100);
  const auto answer = system.retrieve(key);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->tensors.at(0).second.values<float>()[0], 5.0f);
}

TEST(CachingSystem, StaysWithinItsBudget) {
  CachingSystem system(1000);
  for (uint64_t i = 0; i < 20; ++i)
    system.store({0, i}, {{{"y", floats(std::vector<float>(40))}}}, 100);
  EXPECT_LE(system.used_bytes(), 1000u);
  EXPECT_GT(system.used_bytes(), 0u);
}

}  // namespace
}  // namespace geoneuron::engine
