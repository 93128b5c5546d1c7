// SPDX-License-Identifier: MIT
// Costs: what jobs of a signature take on a device, learned from what batches took. A prediction is
// the median of the last few batches, per unit: one that met a cold cache or a busy machine moves
// it little.
#pragma once

#include <algorithm>
#include <array>
#include <list>
#include <unordered_map>
#include <vector>

#include "policy/hash.hpp"
#include "policy/scheduler.hpp"
#include "policy/types.hpp"

namespace geoneuron::policy {

// Times above this are taken for this: sums of them stay within 64 bits.
inline constexpr uint64_t kLongestTime_ns = 3'600'000'000'000;

class CostEstimate {
 public:
  uint64_t predict(uint32_t units) const;
  // How many jobs a batch of this signature may have: one at first, doubled by each batch that kept
  // to its prediction, halved by an overrun.
  uint32_t jobs_allowed() const { return jobs_allowed_; }
  double per_unit_ns() const { return per_unit_ns_; }
  double error() const { return error_; }
  uint64_t measured() const { return measured_; }

  // As it was saved: what is measured from now on moves it as ever.
  static CostEstimate restored(double per_unit_ns, double error, uint64_t measured,
                               uint32_t jobs_allowed);
  void learn(uint64_t units, uint64_t device_ns);
  void allow_at_most(uint32_t jobs) { jobs_allowed_ = std::min(jobs_allowed_, jobs); }
  void allow_after(size_t batch_jobs, bool overrun, uint32_t jobs_per_batch);

 private:
  static constexpr size_t kWindow = 9;
  static constexpr uint64_t kErrorWindow = 64;  // the error is the mean of about so many

  double per_unit_ns_ = 0;
  double error_ = 0;
  uint64_t measured_ = 0;
  uint32_t jobs_allowed_ = 1;
  std::array<double, kWindow> last_{};  // per unit; the first min(measured_, kWindow) count
};

class Costs {
 public:
  // Beyond this many, the one that was measured longest ago is forgotten.
  static constexpr size_t kMaximumRows = 4096;

  explicit Costs(const Limits& limits) : limits_(limits) {}

  // nullptr: never measured. Valid until the next learn().
  const CostEstimate* find(Signature signature, DeviceId device) const;
  // With Limits::unknown_cost_ns for what was never measured.
  uint64_t predict(const Job& job) const;

  struct Sample {
    Signature signature = 0;
    DeviceId device{};
    uint64_t units = 0, device_ns = 0;  // of the batch's jobs of this signature that ran
    size_t batch_jobs = 0;
    bool overrun = false;  // the batch took much longer than predicted
  };
  void learn(const Sample& sample);

  // For cost_text.hpp.
  void restore(Signature signature, DeviceId device, const CostEstimate& estimate);
  // From the one that was measured longest ago on.
  template <typename Visit>
  void each(Visit visit) const {
    for (const Key& key : by_age_) visit(key.signature, key.device, rows_.at(key).estimate);
  }

  std::vector<Scheduler::CostRow> rows() const;

 private:
  struct Key {
    Signature signature = 0;
    DeviceId device{};
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const { return hash_of(key.signature, key.device); }
  };
  struct Row {
    CostEstimate estimate;
    std::list<Key>::iterator place;
  };

  Row& row_for(const Key& key);

  const Limits limits_;
  std::unordered_map<Key, Row, Hash> rows_;
  std::list<Key> by_age_;  // measured longest ago first
};

}  // namespace geoneuron::policy
