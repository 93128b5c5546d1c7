// SPDX-License-Identifier: MIT
#include "policy/fair_queue.hpp"

#include <cassert>
#include <tuple>

namespace geoneuron::policy {
namespace {

int64_t virtual_deadline_ns(const Flow& flow) {
  return flow.served_ns + static_cast<int64_t>(flow.request_ns);
}

}  // namespace

bool FairQueue::EarlierDeadline::operator()(const Flow* a, const Flow* b) const {
  return std::make_tuple(virtual_deadline_ns(*a), a->order) <
         std::make_tuple(virtual_deadline_ns(*b), b->order);
}

bool FairQueue::ServedLess::operator()(const Flow* a, const Flow* b) const {
  return std::make_tuple(a->served_ns, a->order) < std::make_tuple(b->served_ns, b->order);
}

bool FairQueue::eligible(const Flow& flow) const {
  return Wide{flow.served_ns} * waiting_ <= served_sum_ns_;
}

int64_t FairQueue::virtual_ns() const {
  return waiting_ == 0 ? last_virtual_ns_ : static_cast<int64_t>(served_sum_ns_ / waiting_);
}

void FairQueue::insert(Flow& flow) {
  ++waiting_;
  served_sum_ns_ += flow.served_ns;
  flow.place = eligible(flow) ? Flow::Place::kEligible : Flow::Place::kEarly;
  if (flow.place == Flow::Place::kEligible)
    eligible_.insert(&flow);
  else
    early_.insert(&flow);
}

void FairQueue::erase(Flow& flow) {
  if (flow.place == Flow::Place::kEligible)
    eligible_.erase(&flow);
  else
    early_.erase(&flow);
  flow.place = Flow::Place::kAway;
  last_virtual_ns_ = virtual_ns();
  --waiting_;
  served_sum_ns_ -= flow.served_ns;
}

void FairQueue::join(Flow& flow, uint64_t request_ns) {
  assert(flow.place == Flow::Place::kAway);
  flow.request_ns = request_ns;
  if (flow.served_ns < virtual_ns()) {
    flow.served_ns = virtual_ns();
    ++flow.raises;
  }
  insert(flow);
}

void FairQueue::leave(Flow& flow) {
  assert(flow.place != Flow::Place::kAway);
  erase(flow);
}

void FairQueue::set_request(Flow& flow, uint64_t request_ns) {
  if (flow.request_ns == request_ns) return;
  erase(flow);
  flow.request_ns = request_ns;
  insert(flow);
}

void FairQueue::charge(Flow& flow, int64_t device_ns) {
  const bool waits = flow.place != Flow::Place::kAway;
  if (waits) erase(flow);
  flow.served_ns += device_ns;
  if (waits) insert(flow);
}

// One that was served least is eligible, so the loops end with somebody where anybody waits.
Flow* FairQueue::next() {
  while (!early_.empty() && eligible(**early_.begin())) {
    Flow* flow = early_.extract(early_.begin()).value();
    flow->place = Flow::Place::kEligible;
    eligible_.insert(flow);
  }
  while (!eligible_.empty() && !eligible(**eligible_.begin())) {
    Flow* flow = eligible_.extract(eligible_.begin()).value();
    flow->place = Flow::Place::kEarly;
    early_.insert(flow);
  }
  return eligible_.empty() ? nullptr : *eligible_.begin();
}

}  // namespace geoneuron::policy
