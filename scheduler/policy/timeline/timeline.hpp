// SPDX-License-Identifier: MIT
// Timeline: plans in which order jobs pass through the engines of devices, and gets better for as
// long as it is let. Its plan is never worse than what it began with. The same for the same seed
// and steps. Allocates in its constructor alone. Not thread-safe. Sources: Ruiz, Stuetzle: A simple
// and effective iterated greedy algorithm for the permutation flowshop scheduling problem, 2007.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/timeline/device_order.hpp"
#include "policy/timeline/exact_search.hpp"
#include "policy/timeline/problem.hpp"
#include "policy/timeline/random.hpp"
#include "policy/timeline/scaled_problem.hpp"
#include "policy/timeline/stop.hpp"

namespace geoneuron::policy {

class Timeline {
 public:
  Timeline();

  // `problem` must outlive the search, unchanged. `last`: one order per device, as is left of the
  // last plan; jobs that are in none are put where they cost least. Without it, the best of a few
  // rules is what it begins with.
  void begin(const TimelineProblem& problem, uint64_t seed, std::span<const JobOrder> last = {});
  void improve(Pace& pace);

  std::span<const JobOrder> orders() const { return {best_.data(), problem_.devices()}; }
  const Objective& objective() const { return best_objective_; }
  // The plan is known to be optimal.
  bool proved() const { return proved_; }

 private:
  struct Spot {
    uint32_t device = 0, at = 0;
    ScaledObjective objective{};  // of everything
  };
  using Plan = std::vector<JobOrder>;

  void begin_with_rules();
  void begin_with(std::span<const JobOrder> last);
  void load(const Plan& plan);
  void save(Plan& plan) const;
  ScaledObjective total() const;
  ScaledObjective total_but(uint32_t device) const;

  Spot best_spot(uint16_t job);
  bool improve_at(uint32_t device, uint32_t at);
  void insert(uint16_t job, const Spot& spot);
  Spot spot_of(uint32_t nth) const;
  bool descend(Pace& pace);
  void iterate(Pace& pace);
  void search_exactly(Pace& pace);
  void keep_if_better();
  void settle();
  void accept();

  const TimelineProblem* given_ = nullptr;
  ScaledProblem problem_;
  Random random_{0};
  std::vector<DeviceOrder> devices_;
  Plan current_, found_, best_, scratch_;
  ScaledObjective current_objective_, best_scaled_;
  Objective best_objective_;
  ExactSearch exact_;
  bool descended_ = false, exact_begun_ = false, proved_ = false;
  std::vector<uint16_t> removed_, turns_;
};

}  // namespace geoneuron::policy
