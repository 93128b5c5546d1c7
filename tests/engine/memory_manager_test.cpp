// SPDX-License-Identifier: MIT
#include "engine/memory_manager.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace geoneuron::engine {
namespace {

MemoryRequest request(uint64_t size_bytes) {
  return {kDeviceHeap, size_bytes, "arena"};
}

MemoryManager manager(uint64_t budget) {
  return MemoryManager({{"device", budget}});
}

TEST(MemoryManager, RefusesMoreThanTheBudgetWithNumbers) {
  MemoryManager memory = manager(100);
  const MemoryLease first = memory.manage_memory(request(60)).value();
  const auto second = memory.manage_memory(request(41));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ENOMEM);
  EXPECT_NE(second.error().message.find("arena needs 41 bytes; 60 of 100"), std::string::npos);
}

TEST(MemoryManager, ReleasesWithTheLeaseAndRemembersThePeak) {
  MemoryManager memory = manager(100);
  {
    const MemoryLease a = memory.manage_memory(request(60)).value();
    const MemoryLease b = memory.manage_memory(request(30)).value();
    EXPECT_EQ(memory.used_bytes(kDeviceHeap), 90u);
  }
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 0u);
  EXPECT_EQ(memory.peak_bytes(kDeviceHeap), 90u);
  memory.reset_peak(kDeviceHeap);
  EXPECT_EQ(memory.peak_bytes(kDeviceHeap), 0u);
}

TEST(MemoryManager, AMovedLeaseIsReleasedOnce) {
  MemoryManager memory = manager(100);
  MemoryLease lease = memory.manage_memory(request(10)).value();
  MemoryLease moved = std::move(lease);
  EXPECT_EQ(moved.size_bytes(), 10u);
  moved = memory.manage_memory(request(30)).value();
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 30u);
  lease.reset();
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 30u);
  moved.reset();
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 0u);
}

TEST(MemoryManager, TakesExactlyTheBudgetAndNoSumWrapsAround) {
  MemoryManager memory = manager(100);
  const MemoryLease all = memory.lease(100, "arena").value();
  EXPECT_TRUE(memory.lease(0, "nothing").has_value());
  EXPECT_EQ(memory.lease(1, "more").error().code, ENOMEM);
  EXPECT_EQ(memory.lease(UINT64_MAX, "more").error().code, ENOMEM);
}

TEST(MemoryManager, GrantsNothingWhileMoreThanANewBudgetIsInUse) {
  MemoryManager memory = manager(100);
  MemoryLease lease = memory.lease(60, "arena").value();
  memory.set_budget(kDeviceHeap, 50);
  EXPECT_EQ(memory.lease(1, "more").error().code, ENOMEM);
  lease.reset();
  EXPECT_TRUE(memory.lease(50, "more").has_value());
  EXPECT_EQ(memory.lease(51, "more").error().code, ENOMEM);
}

TEST(MemoryManager, CountsForEachClientByItself) {
  MemoryManager memory({{"device", 100, 60}});
  const auto lease = [&](uint64_t client, uint64_t bytes) {
    return memory.manage_memory({kDeviceHeap, bytes, "tensors", client});
  };
  MemoryLease first = lease(1, 60).value();
  EXPECT_EQ(lease(1, 1).error().message,
            "device memory: tensors needs 1 bytes; this client uses 60 of its 60");
  MemoryLease second = lease(2, 40).value();
  EXPECT_EQ(lease(2, 1).error().code, ENOMEM);  // within its budget, but the heap is full
  EXPECT_EQ(memory.used_bytes(kDeviceHeap, 1), 60u);
  EXPECT_EQ(memory.used_bytes(kDeviceHeap, 3), 0u);
  MemoryLease moved = std::move(first);
  moved.reset();
  EXPECT_EQ(memory.used_bytes(kDeviceHeap, 1), 0u);
  EXPECT_TRUE(lease(2, 20).has_value());
  EXPECT_TRUE(lease(0, 60).has_value());  // nobody's: the heap alone counts
}

}  // namespace
}  // namespace geoneuron::engine
