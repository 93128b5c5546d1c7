// SPDX-License-Identifier: MIT
// FairQueue: which flow of one class is next on one device, by earliest eligible virtual deadline
// first (Stoica and Abdel-Wahab, 1995), all weights equal. Virtual time is the mean of what the
// waiting flows were served; a flow is eligible while it was served no more than that, and of the
// eligible ones the next is whose virtual deadline (served + predicted time of its next job) is
// earliest. Operations take O(log flows), next() amortised.
#pragma once

#include <cstdint>
#include <set>

#include "policy/flow.hpp"

namespace geoneuron::policy {

class FairQueue {
 public:
  bool empty() const { return waiting_ == 0; }
  // The flow has jobs from now on. One that was away comes back with no credit: it was served at
  // least what virtual time says; a debt stays.
  void join(Flow& flow, uint64_t request_ns);
  void leave(Flow& flow);
  void set_request(Flow& flow, uint64_t request_ns);
  // Adds to what the flow was served; it may be away.
  void charge(Flow& flow, int64_t device_ns);
  // nullptr: none waits.
  Flow* next();
  int64_t virtual_ns() const;

 private:
  // Sums of nanoseconds over many flows leave 64 bits.
  __extension__ using Wide = __int128;

  struct EarlierDeadline {
    bool operator()(const Flow* a, const Flow* b) const;
  };
  struct ServedLess {
    bool operator()(const Flow* a, const Flow* b) const;
  };

  bool eligible(const Flow& flow) const;
  void insert(Flow& flow);
  void erase(Flow& flow);

  // Virtual time moves, and with it who is eligible: next() sorts out what it meets.
  std::set<Flow*, EarlierDeadline> eligible_;
  std::set<Flow*, ServedLess> early_;
  int64_t waiting_ = 0;
  Wide served_sum_ns_ = 0;
  int64_t last_virtual_ns_ = 0;  // while none waits
};

}  // namespace geoneuron::policy
