// SPDX-License-Identifier: MIT
#include "ring/shared_ring.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>

namespace geoneuron::ring {
namespace {

struct Number {
  uint64_t value = 0;
  uint64_t check = 0;  // always 3 * value
};

constexpr uint32_t kEntries = 8;

struct SharedRing : testing::Test {
  RingMemory<Number, kEntries> memory;
  RingProducer<Number, kEntries> producer{memory};
  RingConsumer<Number, kEntries> consumer{memory};

  void put(uint64_t value) {
    const auto put = producer.put({value, 3 * value});
    ASSERT_TRUE(put.has_value());
    ASSERT_TRUE(*put);
  }
  // The value of the next entry; nothing where none waits.
  std::optional<uint64_t> take() {
    Number number;
    const auto taken = consumer.take(number);
    EXPECT_TRUE(taken.has_value());
    if (!taken.has_value() || !*taken) return std::nullopt;
    return number.value;
  }
};

TEST_F(SharedRing, HandsEntriesOverInOrderAcrossManyWraps) {
  for (uint64_t value = 0; value < 100; value += 5) {
    for (uint64_t i = 0; i < 5; ++i) put(value + i);
    (void)producer.publish();
    for (uint64_t i = 0; i < 5; ++i) EXPECT_EQ(take(), value + i);
    EXPECT_EQ(take(), std::nullopt);
    consumer.give_back();
  }
}

TEST_F(SharedRing, ShowsNothingBeforePublish) {
  put(1);
  EXPECT_EQ(take(), std::nullopt);
  (void)producer.publish();
  EXPECT_EQ(take(), 1);
}

TEST_F(SharedRing, RefusesEntriesWhenFullUntilSlotsAreGivenBack) {
  for (uint64_t value = 0; value < kEntries; ++value) put(value);
  EXPECT_FALSE(*producer.put({}));
  (void)producer.publish();
  EXPECT_EQ(take(), 0);
  EXPECT_FALSE(*producer.put({}));
  consumer.give_back();
  EXPECT_EQ(*producer.room(), 1u);
  EXPECT_TRUE(*producer.put({}));
}

TEST_F(SharedRing, AsksForTheDoorbellOnlyWhereTheConsumerSleeps) {
  put(1);
  EXPECT_FALSE(producer.publish());
  EXPECT_FALSE(*consumer.prepare_to_wait());  // one waits
  EXPECT_EQ(take(), 1);
  EXPECT_TRUE(*consumer.prepare_to_wait());
  put(2);
  EXPECT_TRUE(producer.publish());
  put(3);
  EXPECT_FALSE(producer.publish());  // it was rung already
}

TEST_F(SharedRing, ConsumerDeclaresAProducerBrokenWhoseIndexIsImpossible) {
  for (uint64_t value = 0; value < 3; ++value) put(value);
  (void)producer.publish();
  EXPECT_EQ(take(), 0);
  EXPECT_EQ(take(), 1);
  EXPECT_EQ(take(), 2);
  for (const uint32_t tail : {0u, 2u, 3 + kEntries + 1, 0x80000000u, ~0u}) {
    memory.tail = tail;
    Number number;
    const auto taken = consumer.take(number);
    ASSERT_FALSE(taken.has_value()) << tail;
    EXPECT_EQ(taken.error().code, EPROTO);
    EXPECT_EQ(taken.error().message,
              "ring: the writer's index is " + std::to_string(tail) + "; must be 3 to 11");
    EXPECT_FALSE(consumer.prepare_to_wait().has_value());
  }
  memory.tail = 3 + kEntries;  // full: possible
  EXPECT_EQ(*consumer.available(), kEntries);
}

TEST_F(SharedRing, ConsumerDeclaresAProducerBrokenThatTakesEntriesBack) {
  for (uint64_t value = 0; value < 4; ++value) put(value);
  (void)producer.publish();
  ASSERT_EQ(*consumer.available(), 4u);
  memory.tail = 3;
  EXPECT_EQ(consumer.available().error().code, EPROTO);
}

TEST_F(SharedRing, ProducerDeclaresAConsumerBrokenWhoseIndexIsImpossible) {
  for (uint64_t value = 0; value < 3; ++value) put(value);
  (void)producer.publish();
  memory.head = 2;
  EXPECT_EQ(*producer.room(), kEntries - 1);
  for (const uint32_t head : {0u, 1u, 4u, 0x80000000u, ~0u}) {
    memory.head = head;
    EXPECT_EQ(producer.room().error().code, EPROTO) << head;
  }
  memory.head = 3;
  EXPECT_EQ(*producer.room(), kEntries);
}

TEST_F(SharedRing, ProducerLooksBeforeItOverwritesWhatWasNotTaken) {
  for (uint64_t value = 0; value < kEntries; ++value) put(value);
  memory.head = kEntries + 1;
  EXPECT_EQ(producer.put({}).error().code, EPROTO);
}

TEST_F(SharedRing, AnEndActsOnItsOwnIndexWhateverIsWrittenOverIt) {
  put(7);
  (void)producer.publish();
  memory.head = 5;  // the consumer's own, scribbled over by the producer
  EXPECT_EQ(take(), 7);
  consumer.give_back();
  EXPECT_EQ(memory.head, 1u);
  memory.tail = 99;  // the producer's own
  put(8);
  (void)producer.publish();
  EXPECT_EQ(memory.tail, 2u);
}

TEST_F(SharedRing, AnEntryThatChangesAfterItWasTakenStaysAsTaken) {
  put(7);
  (void)producer.publish();
  Number number;
  ASSERT_TRUE(*consumer.take(number));
  memory.slots[0].words[0] = 1000;
  EXPECT_EQ(number.value, 7u);
}

TEST(SharedRingThreads, LoseNoEntryAndNoWakeUp) {
  constexpr uint64_t kCount = 20000;
  auto memory = std::make_unique<RingMemory<Number, kEntries>>();
  std::atomic<uint64_t> rings{0};
  std::thread writer([&] {
    RingProducer<Number, kEntries> producer(*memory);
    for (uint64_t value = 0; value < kCount;) {
      const bool was_put = *producer.put({value, 3 * value});
      if (was_put) ++value;
      if (producer.publish()) {
        ++rings;
        rings.notify_one();
      }
      if (!was_put) std::this_thread::yield();
    }
  });
  RingConsumer<Number, kEntries> consumer(*memory);
  uint64_t heard = 0;
  for (uint64_t expected = 0; expected < kCount;) {
    Number number;
    while (*consumer.take(number)) {
      ASSERT_EQ(number.value, expected);
      ASSERT_EQ(number.check, 3 * expected);
      ++expected;
    }
    consumer.give_back();
    // A ring that was lost would end this in the test's time limit.
    if (expected < kCount && *consumer.prepare_to_wait()) {
      rings.wait(heard);
      ++heard;
    }
  }
  writer.join();
}

}  // namespace
}  // namespace geoneuron::ring
