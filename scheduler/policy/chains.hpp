// SPDX-License-Identifier: MIT
// Chains: the members of each chain that are not over, in their order.
#pragma once

#include <list>
#include <unordered_map>

#include "policy/hash.hpp"
#include "policy/job_record.hpp"

namespace geoneuron::policy {

class Chains {
 public:
  // Whether the job may begin: it is in no chain, or all before it are over.
  bool append(JobRecord& job);
  // The job is over. Returns the member that may begin now, if that is so for one.
  JobRecord* remove(JobRecord& job);
  // nullptr: there is none.
  JobRecord* after(const JobRecord& job) const;

 private:
  struct Key {
    ClientId client{};
    uint64_t chain = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const { return hash_of(key.client, key.chain); }
  };

  static Key key_of(const JobRecord& job) { return {job.job.client, job.job.chain}; }

  std::unordered_map<Key, std::list<JobRecord*>, Hash> chains_;
};

}  // namespace geoneuron::policy
