// SPDX-License-Identifier: MIT
#include "policy/timeline/device_order.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "policy/timeline/place_scan.hpp"

namespace geoneuron::policy {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

template <typename Column>
void copy_without(const Column* from, Column* to, uint32_t place, uint32_t length) {
  std::copy_n(from, place, to);
  std::copy(from + place + 1, from + length, to + place);
}

// What is known of each job; not of what has happened after it.
template <typename Change>
void for_each_column(OrderColumns& columns, const Change& change) {
  for (auto& times : columns.times) change(&times[0]);
  change(&columns.release[0]);
  change(&columns.due[0]);
  change(&columns.weight[0]);
  change(&columns.miss[0]);
  change(&columns.bytes[0]);
  change(&columns.job[0]);
}

}  // namespace

void DeviceOrder::begin(const ScaledProblem& problem, uint32_t device) {
  problem_ = &problem;
  device_ = &problem.device(device);
  index_ = device;
  for (OrderColumns* columns : {&full_, &cut_}) {
    columns->length = 0;
    for (size_t k = 0; k < kEngines; ++k) columns->free[k][0] = device_->free[k];
    columns->cost[0] = 0;
    columns->used[0] = 0;
    for (uint32_t i = 0; i < device_->held_count; ++i) columns->used[0] += device_->held_bytes[i];
    columns->oldest[0] = 0;
  }
  set_order({});
}

void DeviceOrder::set_order(std::span<const uint16_t> order) {
  const uint32_t length = static_cast<uint32_t>(order.size());
  uint32_t same = 0;
  while (same < std::min(length, full_.length) && full_.job[same] == order[same]) ++same;
  full_.length = length;
  for (uint32_t i = same; i < length; ++i) put(full_, i, order[i]);
  refresh(full_, same);
}

ScaledObjective DeviceOrder::objective_of(const OrderColumns& columns) const {
  const uint32_t last = columns.length;
  return {columns.cost[last], last == 0 ? 0 : columns.free[kEngines - 1][last]};
}

void DeviceOrder::insert(uint16_t job, uint32_t place) {
  assert(full_.length < kMostTimelineJobs);
  const uint32_t length = full_.length++;
  for_each_column(full_, [=](auto* column) {
    std::copy_backward(column + place, column + length, column + length + 1);
  });
  put(full_, place, job);
  refresh(full_, place);
}

void DeviceOrder::remove(uint32_t place) {
  const uint32_t length = full_.length--;
  for_each_column(
      full_, [=](auto* column) { std::copy(column + place + 1, column + length, column + place); });
  refresh(full_, place);
}

void DeviceOrder::move(uint32_t from, uint32_t to) {
  for_each_column(full_, [=](auto* column) {
    const auto moved = column[from];
    if (from < to)
      std::copy(column + from + 1, column + to + 1, column + from);
    else
      std::copy_backward(column + to, column + from, column + from + 1);
    column[to] = moved;
  });
  refresh(full_, std::min(from, to));
}

void DeviceOrder::put(OrderColumns& columns, uint32_t place, uint16_t index) const {
  const ScaledJob& job = problem_->job(index_, index);
  for (size_t k = 0; k < kEngines; ++k) columns.times[k][place] = job.times[k];
  columns.release[place] = job.release;
  columns.due[place] = job.due;
  columns.weight[place] = job.weight;
  columns.miss[place] = job.miss;
  columns.bytes[place] = job.staging_bytes;
  columns.job[place] = index;
}

// Jobs before `from` are the same as before, in the same order.
void DeviceOrder::refresh(OrderColumns& columns, uint32_t from) const {
  pad(columns);
  run_order(columns, *device_, from);
  const double total = columns.cost[columns.length];
  for (uint32_t i = 0; i <= columns.length; ++i) columns.rest[i] = total - columns.cost[i];
}

// No lane that begins behind the last place may seem cheap.
void DeviceOrder::pad(OrderColumns& columns) const {
  for (uint32_t i = columns.length; i < columns.length + 2 * kLanes; ++i) {
    for (size_t k = 0; k < kEngines; ++k) columns.times[k][i] = 0;
    columns.release[i] = 0;
    columns.due[i] = INT32_MAX;
    columns.weight[i] = columns.miss[i] = 0;
    columns.bytes[i] = 0;
    columns.cost[i + 1] = kNever;
    columns.rest[i + 1] = 0;
  }
}

Place DeviceOrder::best_place(uint16_t job, double most, int32_t before_end) {
  return best_place_in(full_, problem_->job(index_, job), most, before_end);
}

Place DeviceOrder::best_place_again(uint32_t place, double most, int32_t before_end) {
  leave_out(place);
  return best_place_in(cut_, problem_->job(index_, full_.job[place]), most, before_end);
}

void DeviceOrder::leave_out(uint32_t place) {
  const uint32_t length = full_.length;
  cut_.length = length - 1;
  for (size_t k = 0; k < kEngines; ++k) {
    copy_without(full_.times[k], cut_.times[k], place, length);
    std::copy_n(full_.free[k], place + 1, cut_.free[k]);
  }
  copy_without(full_.release, cut_.release, place, length);
  copy_without(full_.due, cut_.due, place, length);
  copy_without(full_.weight, cut_.weight, place, length);
  std::copy_n(full_.cost, place + 1, cut_.cost);
  if (problem_->has_misses()) copy_without(full_.miss, cut_.miss, place, length);
  if (device_->staging_binds) {
    copy_without(full_.bytes, cut_.bytes, place, length);
    std::copy_n(full_.used, place + 1, cut_.used);
    std::copy_n(full_.oldest, place + 1, cut_.oldest);
  }
  refresh(cut_, place);
}

Place DeviceOrder::best_place_in(const OrderColumns& columns, const ScaledJob& job, double most,
                                 int32_t before_end) const {
  const ScanLimits limits = {most, before_end};
  if (device_->staging_binds || !has_avx2()) return scan_places(columns, *device_, job, limits);
  return scan_places_avx2(columns, job, limits, problem_->has_misses());
}

}  // namespace geoneuron::policy
