// SPDX-License-Identifier: MIT
#include "policy/timeline/flow_shop.hpp"

#include <algorithm>
#include <numeric>

namespace geoneuron::policy {
namespace {

// Of what is added, the least sum of a head and a tail that belong to two different jobs.
class HeadAndTail {
 public:
  void add(int32_t head, int32_t tail) {
    both_ =
        count_ == 0 ? 0 : std::min({count_ == 1 ? INT32_MAX : both_, head + tail_, head_ + tail});
    head_ = count_ == 0 ? head : std::min(head_, head);
    tail_ = count_ == 0 ? tail : std::min(tail_, tail);
    alone_ = head + tail;
    ++count_;
  }
  int32_t least() const { return count_ == 1 ? alone_ : both_; }

 private:
  int count_ = 0;
  int32_t head_ = 0, tail_ = 0, both_ = 0, alone_ = 0;
};

int32_t sum(std::span<const int32_t> times) {
  return std::accumulate(times.begin(), times.end(), 0);
}

}  // namespace

int32_t makespan(const FlowShop& shop, std::span<const uint16_t> order) {
  std::vector<int32_t> free(shop.machines, 0);
  for (const uint16_t job : order) {
    int32_t done = 0;
    for (uint32_t k = 0; k < shop.machines; ++k)
      done = free[k] = std::max(free[k], done) + shop.of(job)[k];
  }
  return free.back();
}

int32_t makespan_bound(const FlowShop& shop) {
  int32_t bound = 0;
  for (uint32_t j = 0; j < shop.jobs; ++j) bound = std::max(bound, sum(shop.of(j)));
  for (uint32_t k = 0; k < shop.machines; ++k) {
    HeadAndTail around;
    int32_t busy = 0;
    for (uint32_t j = 0; j < shop.jobs; ++j) {
      const auto times = shop.of(j);
      around.add(sum(times.first(k)), sum(times.subspan(k + 1)));
      busy += times[k];
    }
    bound = std::max(bound, busy + around.least());
  }
  return bound;
}

}  // namespace geoneuron::policy
