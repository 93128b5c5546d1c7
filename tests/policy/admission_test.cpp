// SPDX-License-Identifier: MIT
#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

TEST(Admission, AdmitsUpToTheQuotaOfAClient) {
  Steps steps({.jobs_per_client = 2});
  EXPECT_EQ(steps.submit(job_of(1)), Admission::kAdmitted);
  EXPECT_EQ(steps.submit(job_of(2)), Admission::kAdmitted);
  EXPECT_EQ(steps.submit(job_of(3)), Admission::kClientQuota);
  EXPECT_EQ(steps.submit(job_of(4, 2)), Admission::kAdmitted);
}

TEST(Admission, CountsTheClientsOfAUserTogether) {
  Steps steps({.jobs_per_user = 2});
  steps.submit(job_of(1, 1));
  steps.submit(job_of(2, 2));
  EXPECT_EQ(steps.submit(job_of(3, 2)), Admission::kUserQuota);
  EXPECT_EQ(steps.submit(job_of(4, 3)), Admission::kAdmitted);
}

TEST(Admission, HoldsNoMoreJobsThanTheLimit) {
  Steps steps({.jobs = 2});
  steps.submit(job_of(1, 1));
  steps.submit(job_of(2, 3));
  EXPECT_EQ(steps.submit(job_of(3, 4)), Admission::kFull);
}

TEST(Admission, CountsRunningJobsUntilTheyEnd) {
  Steps steps({.jobs_per_client = 1});
  steps.submit(job_of(1));
  steps.send();
  EXPECT_EQ(steps.submit(job_of(2)), Admission::kClientQuota);
  steps.finish();
  EXPECT_EQ(steps.submit(job_of(3)), Admission::kAdmitted);
}

TEST(Admission, CountsTheRunningJobsOfARemovedClientForItsUser) {
  Steps steps({.jobs_per_user = 1});
  steps.submit(job_of(1, 1));
  steps.send();
  steps.scheduler.remove_client(ClientId{1});
  EXPECT_EQ(steps.submit(job_of(2, 2)), Admission::kUserQuota);
  steps.finish();
  EXPECT_EQ(steps.submit(job_of(3, 2)), Admission::kAdmitted);
}

Job due_in(const Steps& steps, uint64_t id, uint64_t ns) {
  Job job = job_of(id);
  job.deadline_ns = steps.now_ns + ns;
  job.drop_late = true;
  return job;
}

TEST(Admission, RefusesAJobWhoseDeadlineHasCome) {
  Steps steps;
  EXPECT_EQ(steps.submit(due_in(steps, 1, 0)), Admission::kTooLate);
  EXPECT_EQ(steps.submit(due_in(steps, 2, 1)), Admission::kAdmitted);
}

TEST(Admission, RefusesAJobThatIsPredictedToEndPastItsDeadline) {
  Steps steps;
  steps.teach(1, 100'000);
  EXPECT_EQ(steps.submit(due_in(steps, 1, 99'000)), Admission::kTooLate);
  EXPECT_EQ(steps.submit(due_in(steps, 2, 101'000)), Admission::kAdmitted);
}

TEST(Admission, AdmitsALateJobThatIsToRunAnyway) {
  Steps steps;
  Job job = due_in(steps, 1, 0);
  job.drop_late = false;
  EXPECT_EQ(steps.submit(job), Admission::kAdmitted);
}

TEST(AdmissionDeathTest, AsksForTheClientAndForANewId) {
  Steps steps;
  EXPECT_DEATH(steps.submit(job_of(1, 99)), "client has been added");
  steps.submit(job_of(1));
  EXPECT_DEATH(steps.submit(job_of(1)), "submitted once");
}

}  // namespace
}  // namespace geoneuron::policy
