// SPDX-License-Identifier: MIT
// MakespanSearch: looks for an order of a flow shop's jobs with a short makespan, a little longer
// each time it is asked. Its order is never worse than the one that it began with. The same for the
// same seed and steps. Allocates in its constructor alone. Not thread-safe.
// Sources: Nawaz, Enscore, Ham: A heuristic algorithm for the m-machine, n-job flow-shop sequencing
// problem, 1983 (the first order). Ruiz, Stuetzle: A simple and effective iterated greedy algorithm
// for the permutation flowshop scheduling problem, 2007 (what follows).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/timeline/flow_shop.hpp"
#include "policy/timeline/random.hpp"
#include "policy/timeline/shop_places.hpp"
#include "policy/timeline/stop.hpp"

namespace geoneuron::policy {

class MakespanSearch {
 public:
  MakespanSearch(uint32_t most_jobs, uint32_t most_machines);

  // A shop with at least one job, that fits what was constructed for; it must outlive the search.
  // Begins with the better of `order`, if given, and what insertion in the order of falling lengths
  // leads to; where `pace` is over before that is complete, the rest comes last.
  void begin(const FlowShop& shop, uint64_t seed, Pace& pace, std::span<const uint16_t> order = {});
  void improve(Pace& pace);

  std::span<const uint16_t> order() const { return {best_.data(), jobs_}; }
  int32_t makespan() const { return best_makespan_; }
  // The order is known to be optimal.
  bool proved() const { return best_makespan_ <= bound_; }

 private:
  void insert_by_length(Pace& pace);
  void keep_if_better();
  void iterate(Pace& pace);
  void destroy();
  void construct(Pace& pace);
  void descend(Pace& pace);
  void accept();
  uint32_t best_place(std::span<const int32_t> makespans);

  const FlowShop* shop_ = nullptr;
  uint32_t jobs_ = 0;
  Random random_{0};
  double temperature_ = 0;
  int32_t bound_ = 0, current_makespan_ = 0, best_makespan_ = 0;
  ShopPlaces places_;
  std::vector<uint16_t> current_, best_, turns_, removed_, ties_;
};

}  // namespace geoneuron::policy
