// SPDX-License-Identifier: MIT
// RingProducer and RingConsumer: the two ends of a queue that lies in memory which another process
// can write at any moment. One thread at a time per end.
//
// What holds whatever the other side does: an end never acts on its own index in shared memory, it
// keeps that in a private copy; it believes the peer's index only where it lies between what the
// peer said before and what is possible; and it copies an entry once, by loads that the compiler
// may not repeat, before anybody looks at it. A peer whose index is impossible is declared broken
// with EPROTO, and the end must not be used again.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/result.hpp"

namespace geoneuron::ring {

// Indices run freely and are taken modulo the number of entries, a power of two.
template <typename Entry, uint32_t kEntries>
struct RingMemory {
  static_assert((kEntries & (kEntries - 1)) == 0 && kEntries > 0);
  static_assert(std::is_trivially_copyable_v<Entry> && sizeof(Entry) % sizeof(uint64_t) == 0);

  struct Slot {
    uint64_t words[sizeof(Entry) / sizeof(uint64_t)];
  };

  alignas(64) uint32_t tail = 0;     // the producer's: entries put so far
  alignas(64) uint32_t head = 0;     // the consumer's: entries taken so far
  alignas(64) uint32_t waiting = 0;  // 1: the consumer sleeps, or is about to, until its doorbell
  alignas(64) Slot slots[kEntries] = {};
};

template <typename Entry, uint32_t kEntries>
class RingProducer {
 public:
  using Memory = RingMemory<Entry, kEntries>;
  // `memory` outlives this end.
  explicit RingProducer(Memory& memory) : memory_(&memory) {}

  // How many entries may be put now. EPROTO: the consumer's index is impossible.
  Result<uint32_t> room() {
    // Acquire: the consumer has done with the slots that it gives back before we write to them.
    const uint32_t head = std::atomic_ref(memory_->head).load(std::memory_order_acquire);
    if (head - head_ > tail_ - head_)
      return make_error(EPROTO, "ring: the reader's index is %u; must be %u to %u", head, head_,
                        tail_);
    head_ = head;
    return kEntries - (tail_ - head_);
  }

  // Puts an entry; the consumer sees it after publish(). False: the ring is full. Errors: room's.
  Result<bool> put(const Entry& entry) {
    if (tail_ - head_ == kEntries && GN_TRY(room()) == 0) return false;
    std::memcpy(&memory_->slots[tail_ % kEntries], &entry, sizeof(Entry));
    ++tail_;
    return true;
  }

  // Shows the consumer all that was put. True: it sleeps, so ring its doorbell.
  [[nodiscard]] bool publish() {
    // Release: the entries are written before the consumer sees the index.
    std::atomic_ref(memory_->tail).store(tail_, std::memory_order_release);
    // Against a lost wake-up: the consumer sets `waiting` and then reads `tail`, we write `tail`
    // and then read `waiting`; with both fences one of us sees the other.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    std::atomic_ref waiting(memory_->waiting);
    return waiting.load(std::memory_order_relaxed) != 0 &&
           waiting.exchange(0, std::memory_order_relaxed) != 0;
  }

 private:
  Memory* memory_;
  uint32_t tail_ = 0;
  uint32_t head_ = 0;  // the last one of the consumer that was believed
};

template <typename Entry, uint32_t kEntries>
class RingConsumer {
 public:
  using Memory = RingMemory<Entry, kEntries>;
  // `memory` outlives this end.
  explicit RingConsumer(Memory& memory) : memory_(&memory) {}

  // How many entries wait to be taken. EPROTO: the producer's index is impossible.
  Result<uint32_t> available() {
    // Acquire: what the producer wrote into the slots before it showed them is seen by us.
    const uint32_t tail = std::atomic_ref(memory_->tail).load(std::memory_order_acquire);
    // It may not go back behind what it showed before, nor past the slots that we gave back.
    if (tail - head_ > kEntries || tail - head_ < tail_ - head_)
      return make_error(EPROTO, "ring: the writer's index is %u; must be %u to %u", tail, tail_,
                        head_ + kEntries);
    tail_ = tail;
    return tail_ - head_;
  }

  // Copies the next entry to `entry` and gives its slot back with give_back(). False: none waits.
  // Errors: available's.
  Result<bool> take(Entry& entry) {
    if (tail_ == head_ && GN_TRY(available()) == 0) return false;
    auto& slot = memory_->slots[head_ % kEntries];
    typename Memory::Slot copy;
    for (size_t i = 0; i < std::size(copy.words); ++i)
      copy.words[i] = std::atomic_ref(slot.words[i]).load(std::memory_order_relaxed);
    entry = std::bit_cast<Entry>(copy);
    ++head_;
    return true;
  }

  // Lets the producer have the slots of all that was taken.
  void give_back() {
    // Release: our copies are made before the producer writes there again.
    std::atomic_ref(memory_->head).store(head_, std::memory_order_release);
  }

  // To be called before sleeping on the doorbell. True: nothing waits, and the producer will ring.
  // False: take first. Errors: available's.
  Result<bool> prepare_to_wait() {
    std::atomic_ref waiting(memory_->waiting);
    waiting.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);  // see RingProducer::publish
    if (GN_TRY(available()) == 0) return true;
    waiting.store(0, std::memory_order_relaxed);
    return false;
  }

 private:
  Memory* memory_;
  uint32_t head_ = 0;
  uint32_t tail_ = 0;  // the last one of the producer that was believed
};

}  // namespace geoneuron::ring
