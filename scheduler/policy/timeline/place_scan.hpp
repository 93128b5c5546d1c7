// SPDX-License-Identifier: MIT
// The innermost loops over an order: what is known after each of its jobs, and the best place for
// one more. Thread-safe.
#pragma once

#include <cstdint>

#include "policy/timeline/device_order.hpp"

namespace geoneuron::policy {

struct ScanLimits {
  double most_cost;    // places that cost more are of no interest
  int32_t before_end;  // ends before it are all the same
};

// Fills free and cost (and used, oldest where memory binds) behind each job from `from` on.
void run_order(OrderColumns& columns, const ScaledDevice& device, uint32_t from);

// The best place for `job`; see DeviceOrder::best_place. One place at a time, whatever is asked.
Place scan_places(const OrderColumns& columns, const ScaledDevice& device, const ScaledJob& job,
                  const ScanLimits& limits);
// The same, eight places at a time, where memory does not bind; needs has_avx2(). `has_misses`:
// some job's miss is not 0.
Place scan_places_avx2(const OrderColumns& columns, const ScaledJob& job, const ScanLimits& limits,
                       bool has_misses);

}  // namespace geoneuron::policy
