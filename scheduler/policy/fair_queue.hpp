// SPDX-License-Identifier: MIT
// FairQueue: which flow of one class is next on one device, by earliest eligible virtual deadline
// first (Stoica and Abdel-Wahab, 1995), all weights equal. Virtual time is the mean of what the
// flows that are there were served; a flow is eligible while it was served no more than that, and
// of the eligible ones the next is whose virtual deadline (served + predicted time of its next job)
// is earliest. Operations take O(log flows), next() amortised.
#pragma once

#include <cstdint>
#include <map>

#include "policy/flow.hpp"

namespace geoneuron::policy {

class FairQueue {
 public:
  // most_credit_ns: what a flow may have been behind virtual time when it comes back.
  explicit FairQueue(int64_t most_credit_ns) : most_credit_ns_(most_credit_ns) {}

  // Whether nobody has a job that may begin.
  bool empty() const { return eligible_.empty() && early_.empty(); }
  // The flow has jobs that may begin. While it was gone it gained nothing: it comes back as far
  // behind virtual time as it left, a new one level with it; a debt stays. Were nothing kept, a
  // client that waits for each job before it sends the next would lose its turn after each.
  void join(Flow& flow, uint64_t request_ns);
  // It has none that may begin, but some run: it is still there.
  void pause(Flow& flow);
  // It is paused, and nothing of it runs any more.
  void leave(Flow& flow);
  void set_request(Flow& flow, uint64_t request_ns);
  // Adds to what the flow was served, wherever it is.
  void charge(Flow& flow, int64_t device_ns);
  // nullptr: none has a job that may begin.
  Flow* next();
  int64_t virtual_ns() const;

 private:
  // Sums of nanoseconds over many flows leave 64 bits.
  __extension__ using Wide = __int128;

  using Flows = std::map<ServiceOrder, Flow*>;

  bool eligible(const Flow& flow) const;
  void arrive(Flow& flow);
  Flows& order_of(const Flow& flow);
  void sort_in(Flow& flow, Flows::node_type node);
  void sort_again(Flow& flow);

  int64_t most_credit_ns_;
  // Virtual time moves, and with it who is eligible: next() sorts out what it meets.
  Flows eligible_;  // by virtual deadline
  Flows early_;     // by what they were served
  int64_t present_ = 0;
  Wide served_sum_ns_ = 0;       // of those present
  int64_t last_virtual_ns_ = 0;  // while none is
};

}  // namespace geoneuron::policy
