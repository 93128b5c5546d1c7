// SPDX-License-Identifier: MIT
#include "worker/handoff.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace geoneuron::worker {
namespace {

TEST(Handoff, PassesEverythingInOrderAcrossThreads) {
  Handoff<int, 4> queue;
  std::thread writer([&] {
    for (int i = 0; i < 20000; ++i) queue.push(std::make_unique<int>(i));
    queue.close();
  });
  int expected = 0;
  while (const auto number = queue.pop()) EXPECT_EQ(*number, expected++);
  EXPECT_EQ(expected, 20000);
  writer.join();
}

TEST(Handoff, FreesWhatNobodyTook) {
  Handoff<int, 4> queue;  // a leak would be told by the address sanitizer
  queue.push(std::make_unique<int>(1));
}

}  // namespace
}  // namespace geoneuron::worker
