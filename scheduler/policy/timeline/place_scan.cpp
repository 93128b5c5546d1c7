// SPDX-License-Identifier: MIT
#include "policy/timeline/place_scan.hpp"

#include <algorithm>
#include <limits>

#include "policy/timeline/line_state.hpp"

namespace geoneuron::policy {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

LineState after(const OrderColumns& columns, uint32_t place) {
  return {{columns.free[0][place], columns.free[1][place], columns.free[2][place]},
          columns.cost[place],
          columns.used[place],
          columns.oldest[place]};
}

ScaledJob job_of(const OrderColumns& columns, uint32_t place) {
  return {{columns.times[0][place], columns.times[1][place], columns.times[2][place]},
          columns.release[place],
          columns.due[place],
          columns.weight[place],
          columns.miss[place],
          columns.bytes[place]};
}

// An order with one more job in it.
class Trial {
 public:
  // ends_ is written before it is read, and clearing it would take longer than a look at a place.
  // cppcheck-suppress uninitMemberVar
  Trial(const OrderColumns& columns, const ScaledDevice& device, const ScaledJob& job)
      : columns_(columns), device_(device), job_(job) {}

  // What it costs with the job at `place`; infinity where that is more than `most`.
  ScaledObjective run_with_job_at(uint32_t place, double most) {
    LineState state = after(columns_, place);
    step(state, job_, place, place);
    for (uint32_t i = place; i < columns_.length; ++i) {
      if (state.cost + columns_.rest[i] > most) return {kNever, INT32_MAX};
      step(state, job_of(columns_, i), i + 1, place);
    }
    return {state.cost, state.free[kEngines - 1]};
  }

 private:
  // `at`: where the job that is run lies, the new one counted.
  void step(LineState& state, const ScaledJob& job, uint32_t at, uint32_t place) {
    run_job(state, device_, job, at, [&](uint32_t i) -> Holder {
      if (i < place) return {columns_.bytes[i], columns_.free[kEngines - 1][i + 1]};
      return {i == place ? job_.staging_bytes : columns_.bytes[i - 1], ends_[i]};
    });
    ends_[at] = state.free[kEngines - 1];
  }

  const OrderColumns& columns_;
  const ScaledDevice& device_;
  const ScaledJob& job_;
  int32_t ends_[kMostTimelineJobs + 1];
};

void run_with_staging(OrderColumns& columns, const ScaledDevice& device, uint32_t from) {
  LineState state = after(columns, from);
  for (uint32_t i = from; i < columns.length; ++i) {
    run_job(state, device, job_of(columns, i), i, [&](uint32_t before) -> Holder {
      return {columns.bytes[before], columns.free[kEngines - 1][before + 1]};
    });
    for (size_t k = 0; k < kEngines; ++k) columns.free[k][i + 1] = state.free[k];
    columns.cost[i + 1] = state.cost;
    columns.used[i + 1] = state.used;
    columns.oldest[i + 1] = state.oldest;
  }
}

// As run_job() where memory does not bind, with all that changes in registers.
void run_freely(OrderColumns& columns, uint32_t from) {
  int32_t upload = columns.free[0][from], compute = columns.free[1][from];
  int32_t readback = columns.free[2][from];
  double cost = columns.cost[from];
  for (uint32_t i = from; i < columns.length; ++i) {
    upload = std::max(upload, columns.release[i]) + columns.times[0][i];
    compute = std::max(compute, upload) + columns.times[1][i];
    readback = std::max(readback, compute) + columns.times[2][i];
    const int32_t late = std::max(readback - columns.due[i], 0);
    cost += late * columns.weight[i] + (late > 0 ? columns.miss[i] : 0);
    columns.free[0][i + 1] = upload;
    columns.free[1][i + 1] = compute;
    columns.free[2][i + 1] = readback;
    columns.cost[i + 1] = cost;
  }
}

}  // namespace

void run_order(OrderColumns& columns, const ScaledDevice& device, uint32_t from) {
  if (device.staging_binds)
    run_with_staging(columns, device, from);
  else
    run_freely(columns, from);
}

Place scan_places(const OrderColumns& columns, const ScaledDevice& device, const ScaledJob& job,
                  const ScanLimits& limits) {
  Trial trial(columns, device, job);
  Place best = {columns.length, {kNever, INT32_MAX}};
  double most = limits.most_cost;
  for (uint32_t place = columns.length + 1; place-- > 0;) {
    ScaledObjective objective = trial.run_with_job_at(place, most);
    objective.end = std::max(objective.end, limits.before_end);
    if (!(objective < best.objective)) continue;
    best = {place, objective};
    most = std::min(most, objective.cost);
  }
  return best;
}

}  // namespace geoneuron::policy
