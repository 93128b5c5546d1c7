// SPDX-License-Identifier: MIT
#include "engine/memory_manager.hpp"

#include <gtest/gtest.h>

#include <random>

namespace geoneuron::engine {
namespace {

constexpr ClientId kAlice{1}, kBob{2};

MemoryRequest request(uint64_t size_bytes, ClientId client = kAlice,
                      std::function<void()> evict = nullptr) {
  return {kDeviceHeap, client, size_bytes, 1, "arena", std::move(evict)};
}

MemoryManager manager(uint64_t budget, uint64_t client_budget = UINT64_MAX, uint64_t block = 0) {
  return MemoryManager({{"device", budget, client_budget, block}});
}

TEST(MemoryManager, RefusesMoreThanTheBudgetWithNumbers) {
  MemoryManager memory = manager(100);
  const MemoryLease first = memory.manage_memory(request(60)).value();
  const auto second = memory.manage_memory(request(41));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ENOMEM);
  EXPECT_NE(second.error().message.find("arena needs 41 bytes; 60 of 100"), std::string::npos);
}

TEST(MemoryManager, RefusesMoreThanTheClientsShare) {
  MemoryManager memory = manager(100, 50);
  const MemoryLease first = memory.manage_memory(request(40, kAlice)).value();
  EXPECT_EQ(memory.manage_memory(request(20, kAlice)).error().code, ENOMEM);
  EXPECT_TRUE(memory.manage_memory(request(20, kBob)).has_value());
  EXPECT_EQ(memory.used_bytes(kDeviceHeap, kAlice), 40u);
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

TEST(MemoryManager, AReusedIdIsStale) {
  MemoryManager memory = manager(100);
  MemoryLease lease = memory.manage_memory(request(10)).value();
  const AllocationId old = lease.allocation().id;
  EXPECT_TRUE(memory.find(old).has_value());
  lease.reset();
  const MemoryLease next = memory.manage_memory(request(10)).value();
  EXPECT_EQ(next.allocation().id.slot, old.slot);
  EXPECT_EQ(memory.find(old).error().code, ESTALE);
  memory.release(old);
  EXPECT_TRUE(memory.find(next.allocation().id).has_value());
  EXPECT_EQ(memory.find({99, 1}).error().code, ESTALE);
}

TEST(MemoryManager, EvictsWhatWasNotUsedForLongest) {
  MemoryManager memory = manager(100);
  std::string evicted;
  const auto mark = [&](char name) { return [&evicted, name] { evicted += name; }; };
  const MemoryLease a = memory.manage_memory(request(40, kAlice, mark('a'))).value();
  const MemoryLease b = memory.manage_memory(request(40, kAlice, mark('b'))).value();
  ASSERT_TRUE(memory.find(a.allocation().id).has_value());
  const MemoryLease c = memory.manage_memory(request(50)).value();
  EXPECT_EQ(evicted, "b");
  EXPECT_EQ(memory.find(b.allocation().id).error().code, ESTALE);
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 90u);
}

TEST(MemoryManager, EvictsNothingInVain) {
  MemoryManager memory = manager(100);
  bool evicted = false;
  const MemoryLease pinned = memory.manage_memory(request(60)).value();
  const MemoryLease soft =
      memory.manage_memory(request(30, kAlice, [&] { evicted = true; })).value();
  EXPECT_FALSE(memory.manage_memory(request(50)).has_value());
  EXPECT_FALSE(evicted);
}

TEST(MemoryManager, AClientOverItsShareEvictsItsOwnOnly) {
  MemoryManager memory = manager(100, 50);
  std::string evicted;
  const MemoryLease bobs =
      memory.manage_memory(request(30, kBob, [&] { evicted += "bob"; })).value();
  const MemoryLease own =
      memory.manage_memory(request(30, kAlice, [&] { evicted += "alice"; })).value();
  const MemoryLease more = memory.manage_memory(request(40, kAlice)).value();
  EXPECT_EQ(evicted, "alice");
}

TEST(MemoryManager, ChargesWholeBlocks) {
  MemoryManager memory = manager(256, UINT64_MAX, 64);
  const MemoryLease a = memory.manage_memory(request(10)).value();
  const MemoryLease b = memory.manage_memory(request(10)).value();
  EXPECT_EQ(a.allocation().block, b.allocation().block);
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 64u);
  const MemoryLease large = memory.manage_memory(request(100)).value();
  EXPECT_NE(large.allocation().block, a.allocation().block);
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 164u);
}

TEST(MemoryManager, RangesInBlocksNeverOverlap) {
  MemoryManager memory = manager(4096, UINT64_MAX, 512);
  std::mt19937 random(7);
  std::vector<MemoryLease> leases;
  for (int round = 0; round < 2000; ++round) {
    if (!leases.empty() && random() % 2 == 0)
      leases.erase(leases.begin() + random() % leases.size());
    MemoryRequest wanted = request(1 + random() % 300);
    wanted.alignment_bytes = uint64_t{1} << random() % 7;
    auto lease = memory.manage_memory(wanted);
    if (!lease) continue;
    const Allocation& got = lease->allocation();
    ASSERT_EQ(got.offset_bytes % wanted.alignment_bytes, 0u);
    for (const MemoryLease& other : leases) {
      const Allocation& theirs = other.allocation();
      ASSERT_TRUE(got.block != theirs.block ||
                  got.offset_bytes >= theirs.offset_bytes + theirs.size_bytes ||
                  theirs.offset_bytes >= got.offset_bytes + got.size_bytes);
    }
    leases.push_back(std::move(*lease));
  }
  leases.clear();
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 0u);
}

}  // namespace
}  // namespace geoneuron::engine
