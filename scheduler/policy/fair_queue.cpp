// SPDX-License-Identifier: MIT
#include "policy/fair_queue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace geoneuron::policy {

bool FairQueue::eligible(const Flow& flow) const {
  return Wide{flow.served_ns} * present_ <= served_sum_ns_;
}

int64_t FairQueue::virtual_ns() const {
  return present_ == 0 ? last_virtual_ns_ : static_cast<int64_t>(served_sum_ns_ / present_);
}

auto FairQueue::order_of(const Flow& flow) -> Flows& {
  return flow.place == Flow::Place::kEligible ? eligible_ : early_;
}

void FairQueue::sort_in(Flow& flow, Flows::node_type node) {
  const bool is_eligible = eligible(flow);
  const int64_t request_ns = is_eligible ? static_cast<int64_t>(flow.request_ns) : 0;
  flow.place = is_eligible ? Flow::Place::kEligible : Flow::Place::kEarly;
  node.key() = {flow.served_ns + request_ns, flow.order};
  flow.of_queue = order_of(flow).insert(std::move(node)).position;
}

void FairQueue::sort_again(Flow& flow) {
  Flows::node_type node = order_of(flow).extract(flow.of_queue);
  sort_in(flow, std::move(node));
}

void FairQueue::join(Flow& flow, uint64_t request_ns) {
  assert(flow.place == Flow::Place::kNone);
  if (!flow.present) arrive(flow);
  flow.request_ns = request_ns;
  Flows made;
  made.emplace(ServiceOrder{}, &flow);
  sort_in(flow, made.extract(made.begin()));
}

void FairQueue::arrive(Flow& flow) {
  // Its coming moves the mean, by as much as this makes up for.
  int64_t credit_ns = std::clamp<int64_t>(flow.lag_ns, 0, most_credit_ns_);
  if (present_ > 0) credit_ns += credit_ns / present_;
  flow.served_ns = std::max(flow.served_ns, virtual_ns() - credit_ns);
  flow.present = true;
  ++present_;
  served_sum_ns_ += flow.served_ns;
}

void FairQueue::pause(Flow& flow) {
  order_of(flow).erase(flow.of_queue);
  flow.place = Flow::Place::kNone;
}

void FairQueue::leave(Flow& flow) {
  assert(flow.place == Flow::Place::kNone && flow.present);
  last_virtual_ns_ = virtual_ns();
  flow.lag_ns = last_virtual_ns_ - flow.served_ns;
  flow.present = false;
  --present_;
  served_sum_ns_ -= flow.served_ns;
}

void FairQueue::set_request(Flow& flow, uint64_t request_ns) {
  if (flow.request_ns == request_ns) return;
  flow.request_ns = request_ns;
  sort_again(flow);
}

void FairQueue::charge(Flow& flow, int64_t device_ns) {
  flow.served_ns += device_ns;
  if (flow.present) served_sum_ns_ += device_ns;
  if (flow.place != Flow::Place::kNone) sort_again(flow);
}

// Where only flows that have nothing to begin were served less than the mean, the least served of
// the others is next: no device waits for them.
Flow* FairQueue::next() {
  while (!early_.empty() && eligible(*early_.begin()->second)) sort_again(*early_.begin()->second);
  while (!eligible_.empty() && !eligible(*eligible_.begin()->second))
    sort_again(*eligible_.begin()->second);
  if (!eligible_.empty()) return eligible_.begin()->second;
  return early_.empty() ? nullptr : early_.begin()->second;
}

}  // namespace geoneuron::policy
