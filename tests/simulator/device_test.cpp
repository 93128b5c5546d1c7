// SPDX-License-Identifier: MIT
#include "simulator/device.hpp"

#include <gtest/gtest.h>

namespace geoneuron::simulator {
namespace {

SentBatch batch(uint64_t upload_ns, uint64_t compute_ns, uint64_t readback_ns,
                uint64_t worker = 1) {
  SentBatch sent;
  sent.batch.worker = policy::WorkerId{worker};
  sent.takes_ns = {upload_ns, compute_ns, readback_ns};
  return sent;
}

TEST(SimulatedDevice, OverlapsEnginesAndKeepsTheOrder) {
  SimulatedDevice device(100);
  EXPECT_EQ(device.send(batch(10, 50, 5), 1000).end_ns(), 1065u);
  const SentBatch& second = device.send(batch(10, 50, 5), 1000);
  EXPECT_EQ(second.spans[kUpload].begin_ns, 1010u);
  EXPECT_EQ(second.spans[kCompute].begin_ns, 1060u);
  EXPECT_EQ(second.end_ns(), 1115u);
}

TEST(SimulatedDevice, BlocksWhileStagingIsFull) {
  SimulatedDevice device(100);
  SentBatch big = batch(10, 50, 5);
  big.staging_bytes = 60;
  device.send(big, 0);
  EXPECT_EQ(device.send(big, 0).spans[kUpload].begin_ns, 65u);
}

TEST(SimulatedDevice, LetsABatchLargerThanStagingHaveAllOfIt) {
  SimulatedDevice device(100);
  SentBatch big = batch(10, 50, 5);
  big.staging_bytes = 500;
  device.send(big, 0);
  EXPECT_EQ(device.send(big, 0).spans[kUpload].begin_ns, 65u);
}

TEST(SimulatedDevice, MovesUpWhatWasBehindALostBatch) {
  SimulatedDevice device(100);
  device.send(batch(10, kNever_ns, 5, 1), 0);
  EXPECT_EQ(device.send(batch(10, 50, 5, 2), 0).end_ns(), kNever_ns);
  const auto lost = device.take_lost(policy::WorkerId{1}, 200);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_TRUE(lost[0].begun(200));
  const Span& moved = device.batches().front().spans[kCompute];
  EXPECT_EQ(moved.begin_ns, 200u);  // its upload was over
  EXPECT_EQ(device.next_end_ns(), 255u);
}

TEST(SimulatedDevice, ShowsAFaultAfterItsTimeOnTheComputeEngine) {
  SimulatedDevice device(100);
  SentBatch hanging = batch(10, kNever_ns, 5);
  EXPECT_EQ(device.send(hanging, 0).fault_ns(), kNever_ns);
  device.take_lost(policy::WorkerId{1}, 0);
  hanging.fault = Fault::kHang;
  hanging.fault_after_ns = 1000;
  EXPECT_EQ(device.send(hanging, 0).fault_ns(), 1010u);
}

}  // namespace
}  // namespace geoneuron::simulator
