// SPDX-License-Identifier: MIT
// RequestMaker: the requests of a workload's streams, one after the other. What a stream asks for
// depends on the seed alone, not on what became of the requests before.
#pragma once

#include <vector>

#include "simulator/random.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

struct MadeJob {
  policy::Job job;
  uint64_t model = 0;
  EngineTimes takes;  // in this run: prediction error included
  uint64_t launch_ns = 0;
  uint64_t staging_bytes = 0;
  Fault fault = Fault::kNone;
  double fault_again = 1;
};

class RequestMaker {
 public:
  RequestMaker(const Workload& workload, uint64_t seed);

  // The stream's next request that comes now, as its jobs in their order. Ids are new.
  std::vector<MadeJob> make(size_t stream, policy::ClientId client, uint64_t now_ns);
  // When the first requests of a stream come.
  std::vector<uint64_t> first_ns(size_t stream);
  // From one request's coming to that of the next (open streams), or from its end (closed ones).
  uint64_t pause_ns(size_t stream);
  std::vector<MadeJob> traced(size_t index);

 private:
  const Workload& workload_;
  std::vector<Random> randoms_;
  uint64_t jobs_made_ = 0, guilty_made_ = 0;
};

}  // namespace geoneuron::simulator
