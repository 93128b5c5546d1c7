// SPDX-License-Identifier: MIT
// ReadyJobs: the jobs that may begin, in lanes. A lane hangs in its flow, which its queue orders by
// fairness, and in a bucket with the lanes of other clients whose jobs could share its batch. Lanes
// of a worker that takes no jobs wait apart.
#pragma once

#include <list>
#include <map>
#include <unordered_map>
#include <vector>

#include "policy/costs.hpp"
#include "policy/fair_queue.hpp"
#include "policy/flow.hpp"
#include "policy/hash.hpp"
#include "policy/job_record.hpp"
#include "policy/spare_nodes.hpp"

namespace geoneuron::policy {

struct Worker {
  WorkerId id{};
  bool takes_jobs = false;
  std::list<Lane*> lanes;
};

struct BucketKey {
  WorkerId worker{};
  Signature signature = 0;
  Class priority_class{};

  bool operator==(const BucketKey&) const = default;
};

// Lanes in the order of what their clients were served when they were put in; who was served since
// is found out when it comes first.
struct Bucket {
  std::map<ServiceOrder, Lane*> waiting;
  uint32_t lanes = 0;  // also those that wait apart
  uint64_t jobs = 0;   // of all lanes
};

class ReadyJobs {
 public:
  explicit ReadyJobs(const Costs& costs) : costs_(costs) {}

  // The job's flow is set.
  void add(JobRecord& job);
  void remove(JobRecord& job);
  // A job of the flow, which need not be ready, runs from now on; a running one is over.
  void begun(Flow& flow) { ++flow.running; }
  void over(Flow& flow);

  void lose_worker(WorkerId worker);
  void resume_worker(WorkerId worker);

  static BucketKey bucket_of(const Job& job);
  // How many could share its batch, itself among them. The job is ready.
  uint64_t jobs_beside(const JobRecord& job) const { return job.lane->bucket->jobs; }
  // nullptr: none is left.
  Lane* least_served(const BucketKey& key);
  // Takes the lane out of its bucket, and back in.
  void set_aside(Lane& lane) { lane.bucket->waiting.erase(lane.of_bucket); }
  void put_back(Lane& lane);

 private:
  struct Hash {
    size_t operator()(const LaneKey& key) const {
      return hash_of(key.client, key.worker, key.signature, key.priority_class);
    }
    size_t operator()(const BucketKey& key) const {
      return hash_of(key.worker, key.signature, key.priority_class);
    }
  };

  Lane& lane_for(const JobRecord& job);
  void drop(Lane& lane);
  void drop_if_unused(Worker& worker);
  // Into and out of flow and bucket, where the lane's worker takes jobs.
  void offer(Lane& lane);
  void withdraw(Lane& lane);
  // Its first job is another one.
  void reorder(Lane& lane);
  // Its client was served.
  void serve_again(Lane& lane);
  // The flow's first job may be another one now.
  void update(Flow& flow);

  const Costs& costs_;
  SpareNodes<JobsInOrder> spare_{1024};
  std::unordered_map<LaneKey, Lane, Hash> lanes_;
  std::unordered_map<BucketKey, Bucket, Hash> buckets_;
  std::unordered_map<WorkerId, Worker> workers_;  // those that take jobs or have lanes
};

}  // namespace geoneuron::policy
