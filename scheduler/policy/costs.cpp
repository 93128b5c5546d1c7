// SPDX-License-Identifier: MIT
#include "policy/costs.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace geoneuron::policy {

uint64_t CostEstimate::predict(uint32_t units) const {
  const double predicted_ns = per_unit_ns_ * std::max(units, 1u);
  return static_cast<uint64_t>(std::min(predicted_ns, double{kLongestTime_ns}));
}

void CostEstimate::learn(uint64_t units, uint64_t device_ns) {
  const double sample_ns =
      static_cast<double>(device_ns) / static_cast<double>(std::max<uint64_t>(units, 1));
  if (measured_ > 0) {
    const double off = std::abs(sample_ns - per_unit_ns_) / per_unit_ns_;
    error_ += (off - error_) / static_cast<double>(std::min(measured_, kErrorWindow));
  }
  last_[measured_ % kWindow] = sample_ns;
  ++measured_;
  auto sorted = last_;
  const auto count = static_cast<ptrdiff_t>(std::min<uint64_t>(measured_, kWindow));
  const auto middle = sorted.begin() + (count - 1) / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + count);
  per_unit_ns_ = *middle;
}

CostEstimate CostEstimate::restored(double per_unit_ns, double error, uint64_t measured,
                                    uint32_t jobs_allowed) {
  CostEstimate estimate;
  estimate.per_unit_ns_ = per_unit_ns;
  estimate.error_ = error;
  estimate.measured_ = measured;
  estimate.jobs_allowed_ = jobs_allowed;
  estimate.last_.fill(per_unit_ns);
  return estimate;
}

void CostEstimate::allow_after(size_t batch_jobs, bool overrun, uint32_t jobs_per_batch) {
  const auto jobs = static_cast<uint32_t>(std::min<size_t>(batch_jobs, jobs_per_batch));
  if (overrun)
    jobs_allowed_ = std::max(1u, jobs / 2);
  else
    jobs_allowed_ = std::max(jobs_allowed_, std::min(2 * jobs, jobs_per_batch));
}

const CostEstimate* Costs::find(Signature signature, DeviceId device) const {
  const auto place = rows_.find({signature, device});
  return place == rows_.end() ? nullptr : &place->second.estimate;
}

uint64_t Costs::predict(const Job& job) const {
  const CostEstimate* estimate = find(job.signature, job.device);
  return estimate ? estimate->predict(job.units) : limits_.unknown_cost_ns;
}

Costs::Row& Costs::row_for(const Key& key) {
  const auto [place, is_new] = rows_.try_emplace(key);
  if (!is_new) {
    by_age_.splice(by_age_.end(), by_age_, place->second.place);
    return place->second;
  }
  place->second.place = by_age_.insert(by_age_.end(), key);
  if (rows_.size() > kMaximumRows) {
    rows_.erase(by_age_.front());
    by_age_.pop_front();
  }
  return place->second;
}

void Costs::restore(Signature signature, DeviceId device, const CostEstimate& estimate) {
  CostEstimate& restored = row_for({signature, device}).estimate;
  restored = estimate;
  restored.allow_at_most(limits_.jobs_per_batch);
}

void Costs::learn(const Sample& sample) {
  if (sample.signature == 0 || sample.device_ns == 0) return;
  CostEstimate& estimate = row_for({sample.signature, sample.device}).estimate;
  estimate.learn(sample.units, sample.device_ns);
  estimate.allow_after(sample.batch_jobs, sample.overrun, limits_.jobs_per_batch);
}

std::vector<Scheduler::CostRow> Costs::rows() const {
  std::vector<Scheduler::CostRow> rows;
  rows.reserve(rows_.size());
  for (const auto& [key, row] : rows_)
    rows.push_back({key.signature, key.device,
                    static_cast<uint64_t>(std::llround(row.estimate.per_unit_ns() * 65536)),
                    row.estimate.error(), row.estimate.measured()});
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.signature, a.device) < std::tie(b.signature, b.device);
  });
  return rows;
}

}  // namespace geoneuron::policy
