// SPDX-License-Identifier: MIT
#include "simulator/triton.hpp"

#include <gtest/gtest.h>

namespace geoneuron::simulator {
namespace {

constexpr policy::WorkerId kWorker{1};

class Triton : public testing::Test {
 protected:
  void begin(const TritonOptions& options) {
    batcher_ = std::make_unique<TritonBatcher>(options);
    batcher_->resume_worker(kWorker);
  }
  void submit(uint64_t id, policy::Signature shape = 1, uint64_t now_ns = 0,
              policy::Class priority_class = policy::Class::kNormal, uint64_t deadline_ns = 0) {
    policy::Job job;
    job.id = policy::JobId{id};
    job.device = policy::DeviceId{1};
    job.worker = kWorker;
    job.signature = shape;
    job.priority_class = priority_class;
    job.deadline_ns = deadline_ns;
    job.drop_late = deadline_ns != 0;
    batcher_->submit({job, 1}, now_ns);
  }
  std::vector<std::vector<uint64_t>> sent(uint64_t now_ns) {
    decision_ = batcher_->decide(now_ns);
    std::vector<std::vector<uint64_t>> all;
    for (const policy::Batch& batch : decision_.batches) {
      all.emplace_back();
      for (const policy::JobId job : batch.jobs) all.back().push_back(static_cast<uint64_t>(job));
    }
    return all;
  }
  using Batches = std::vector<std::vector<uint64_t>>;

  std::unique_ptr<TritonBatcher> batcher_;
  policy::Decision decision_;
};

TEST_F(Triton, SendsTheLargestPreferredSizeAtOnce) {
  begin({.preferred = {2, 4}, .delay_ns = 100});
  for (uint64_t id = 1; id <= 3; ++id) submit(id);
  EXPECT_EQ(sent(10), (Batches{{1, 2}}));
}

TEST_F(Triton, WaitsForMoreUntilTheOldestHasWaitedLongEnough) {
  begin({.preferred = {4}, .delay_ns = 100});
  submit(1);
  submit(2, 1, 50);
  EXPECT_EQ(sent(60), Batches{});
  EXPECT_EQ(decision_.wake_ns, 100u);
  EXPECT_EQ(sent(100), (Batches{{1, 2}}));
}

TEST_F(Triton, SendsWhatIsThereWithoutDelay) {
  begin({.preferred = {4}});
  submit(1);
  EXPECT_EQ(sent(0), (Batches{{1}}));
}

TEST_F(Triton, EndsARunAtAnotherShape) {
  begin({.preferred = {4}, .delay_ns = 100});
  submit(1, 1);
  submit(2, 2);
  submit(3, 1);
  EXPECT_EQ(sent(0), (Batches{{1}}));
}

TEST_F(Triton, KeepsShapesApartWhereEachIsAModel) {
  begin({.preferred = {4}, .model_per_shape = true});
  submit(1, 1);
  submit(2, 2);
  submit(3, 1);
  EXPECT_EQ(sent(0), (Batches{{1, 3}, {2}}));
}

TEST_F(Triton, TakesHigherPrioritiesFirst) {
  begin({.preferred = {2}});
  submit(1);
  submit(2, 1, 0, policy::Class::kRealtime);
  submit(3, 1, 0, policy::Class::kRealtime);
  EXPECT_EQ(sent(0), (Batches{{2, 3}}));
}

TEST_F(Triton, HasAsManyBatchesInFlightAsInstances) {
  begin({.preferred = {1}, .most = 1, .instances = 2});
  for (uint64_t id = 1; id <= 3; ++id) submit(id);
  EXPECT_EQ(sent(0), (Batches{{1}, {2}}));
  batcher_->finished(decision_.batches[0].id, {}, 10);
  EXPECT_EQ(sent(10), (Batches{{3}}));
}

TEST_F(Triton, TimesRequestsOutInTheQueue) {
  begin({.preferred = {4}, .delay_ns = 1000});
  submit(1, 1, 0, policy::Class::kNormal, 500);
  EXPECT_EQ(sent(0), Batches{});
  EXPECT_EQ(decision_.wake_ns, 500u);
  EXPECT_EQ(sent(500), Batches{});
  EXPECT_EQ(decision_.expired, std::vector<policy::JobId>{policy::JobId{1}});
}

}  // namespace
}  // namespace geoneuron::simulator
