// SPDX-License-Identifier: MIT
// ShopPlaces: an order of some jobs of a flow shop, and how long it takes with one more job at each
// of its places, all of them at the cost of one.
// Source: Taillard: Some efficient heuristic methods for the flow shop sequencing problem, 1990.
// Allocates in its constructor alone. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/timeline/flow_shop.hpp"

namespace geoneuron::policy {

class ShopPlaces {
 public:
  ShopPlaces(uint32_t most_jobs, uint32_t most_machines);

  // Begins with no job in the order; `shop` must fit what was constructed for, and outlive its use.
  void begin(const FlowShop& shop);

  void set_order(std::span<const uint16_t> order);
  std::span<const uint16_t> order() const { return {order_.data(), length_}; }
  int32_t makespan() const;

  // Result [i]: the makespan with `job`, which is not in the order, before its i-th job.
  std::span<const int32_t> try_job(uint16_t job);
  // The same for the job at `place`, as if it were not there. The order stays as it is.
  std::span<const int32_t> try_job_at(uint32_t place);

  void insert(uint16_t job, uint32_t place);
  void remove(uint32_t place);
  // As remove(from) and insert(.., to).
  void move(uint32_t from, uint32_t to);

  // One of a shop's machines' times, `row` numbers further each; a pass goes over jobs one by one.
  struct Table {
    int32_t* cells;
    size_t row;
  };
  struct Pass {
    const int32_t* times;
    uint32_t machines;
    const uint16_t* jobs;  // the first that is passed
    uint32_t count;
    Table table;
    uint32_t start;  // where the table holds what was before that job
  };

 private:
  // Heads of the jobs from `place` on, tails of those before it, `count` of them.
  void pass_heads(Table table, uint32_t place, const uint16_t* jobs, uint32_t count);
  void pass_tails(Table table, uint32_t place, const uint16_t* jobs, uint32_t count);
  void refresh(uint32_t first_changed, uint32_t end_changed);
  Table heads() { return {heads_.data(), row_}; }
  Table tails() { return {tails_.data() + (places_ - length_), row_}; }

  // Invariant between calls: heads and tails are those of the order. In heads(), [i] of a machine:
  // when it is done with the first i jobs. In tails(), [i]: how long from when it may begin with
  // the i-th job until all is done. tails_ is filled from its end, so that inserting a job moves
  // none of those behind it.
  const FlowShop* shop_ = nullptr;
  uint32_t machines_ = 0, places_ = 0, length_ = 0;
  size_t row_ = 0;
  void (*pass_heads_)(const Pass&) = nullptr;
  void (*pass_tails_)(const Pass&) = nullptr;
  std::vector<uint16_t> order_;
  std::vector<int32_t> heads_, tails_;
  std::vector<int32_t> cut_heads_, cut_tails_;  // without the job that is tried
  std::vector<int32_t> makespans_;
};

}  // namespace geoneuron::policy
