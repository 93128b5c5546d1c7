// SPDX-License-Identifier: MIT
// Pair: two ways to do one thing, timed in turn, so that the machine's other load falls on both.
// What counts is the median of the ratios of neighbours; times alone say little on a busy machine.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

#include "base/result.hpp"

namespace geoneuron::bench {

struct Side {
  std::string name;
  std::function<Result<void>()> work;
};

// What a row of the summary should reach; 0: no such aim.
struct Aim {
  double ratio_at_least = 0;
  double ours_at_most_ms = 0;
};

// Each iteration of `state` times both sides once, the two taking turns at going first. Adds the
// counters `baseline_ms` and `ours_ms` (medians), `ratio` = baseline / ours (median; above 1: ours
// is faster), `ratio_low` and `ratio_high` (quartiles), and the aim. tests/bench/summary.py reads
// them. An error of a side skips the row with its sentence.
void measure_pair(benchmark::State& state, const Side& baseline, const Side& ours,
                  const Aim& aim = {});

// The same for one side alone: `ours_ms` only.
void measure_alone(benchmark::State& state, const Side& ours, const Aim& aim);

// How many pairs a row times: a fixed number, so that a whole run takes minutes at most.
void usual_pairs(benchmark::internal::Benchmark* row);
void few_pairs(benchmark::internal::Benchmark* row);  // where a side takes a tenth of a second

}  // namespace geoneuron::bench
