// SPDX-License-Identifier: MIT
#include "policy/timeline/shop_places.hpp"

#include <algorithm>
#include <cassert>

#include "policy/timeline/lanes.hpp"

namespace geoneuron::policy {
namespace {

using Pass = ShopPlaces::Pass;
using Table = ShopPlaces::Table;

// kMachines: as many, known to the compiler, so that their times stay in registers. 0: any number.
template <uint32_t kMachines>
void forward(const Pass& pass) {
  const uint32_t machines = kMachines == 0 ? pass.machines : kMachines;
  const size_t row = pass.table.row;
  int32_t free[kMachines == 0 ? kMostMachines : kMachines];
  int32_t* at = pass.table.cells + pass.start;
  for (uint32_t k = 0; k < machines; ++k) free[k] = at[k * row];
  for (uint32_t i = 0; i < pass.count; ++i) {
    const int32_t* times = pass.times + size_t{pass.jobs[i]} * machines;
    int32_t done = 0;
    ++at;
    for (uint32_t k = 0; k < machines; ++k)
      at[k * row] = done = free[k] = std::max(free[k], done) + times[k];
  }
}

template <uint32_t kMachines>
void backward(const Pass& pass) {
  const uint32_t machines = kMachines == 0 ? pass.machines : kMachines;
  const size_t row = pass.table.row;
  int32_t left[kMachines == 0 ? kMostMachines : kMachines];
  int32_t* at = pass.table.cells + pass.start;
  for (uint32_t k = 0; k < machines; ++k) left[k] = at[k * row];
  for (uint32_t i = 0; i < pass.count; ++i) {
    const int32_t* times = pass.times + size_t{*(pass.jobs - 1 - i)} * machines;
    int32_t rest = 0;
    --at;
    for (uint32_t k = machines; k-- > 0;)
      at[k * row] = rest = left[k] = std::max(left[k], rest) + times[k];
  }
}

// What is tried: a job that takes `times`, between the heads and tails at the places [from, to).
struct Trial {
  Table heads, tails;
  const int32_t* times;
  uint32_t machines, from, to;
  int32_t* makespans;
};

void try_plainly(const Trial& trial) {
  for (uint32_t i = trial.from; i < trial.to; ++i) {
    int32_t done = 0, longest = 0;
    for (uint32_t k = 0; k < trial.machines; ++k) {
      done = std::max(done, trial.heads.cells[k * trial.heads.row + i]) + trial.times[k];
      longest = std::max(longest, done + trial.tails.cells[k * trial.tails.row + i]);
    }
    trial.makespans[i] = longest;
  }
}

#if defined(__x86_64__)
GEONEURON_AVX2_INLINE __m256i load(const int32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

// Writes whole lanes.
GEONEURON_AVX2 void try_eight(const Trial& trial) {
  for (uint32_t i = trial.from; i < trial.to; i += kLanes) {
    __m256i done = _mm256_setzero_si256(), longest = done;
    for (uint32_t k = 0; k < trial.machines; ++k) {
      const __m256i head = load(trial.heads.cells + k * trial.heads.row + i);
      const __m256i tail = load(trial.tails.cells + k * trial.tails.row + i);
      done = _mm256_add_epi32(_mm256_max_epi32(done, head), _mm256_set1_epi32(trial.times[k]));
      longest = _mm256_max_epi32(longest, _mm256_add_epi32(done, tail));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(trial.makespans + i), longest);
  }
}
#else
void try_eight(const Trial& trial) {
  try_plainly(trial);
}
#endif

void try_places(const Trial& trial) {
  has_avx2() ? try_eight(trial) : try_plainly(trial);
}

void set_column(Table to, uint32_t place, Table from, uint32_t machines) {
  for (uint32_t k = 0; k < machines; ++k)
    to.cells[k * to.row + place] = from.cells[k * from.row + place];
}

}  // namespace

ShopPlaces::ShopPlaces(uint32_t most_jobs, uint32_t most_machines) {
  assert(most_machines <= kMostMachines);
  const size_t row = whole_lanes(most_jobs + 1) + kLanes;
  order_.resize(most_jobs);
  for (auto* table : {&heads_, &tails_, &cut_heads_, &cut_tails_})
    table->resize(row * most_machines + kLanes);
  makespans_.resize(row + kLanes);
}

void ShopPlaces::begin(const FlowShop& shop) {
  shop_ = &shop;
  machines_ = shop.machines;
  places_ = shop.jobs;
  row_ = whole_lanes(places_ + 1) + kLanes;
  assert(row_ * machines_ <= heads_.size() && places_ <= order_.size());
  const auto choose = [this]<uint32_t kMachines>() {
    pass_heads_ = forward<kMachines>;
    pass_tails_ = backward<kMachines>;
  };
  switch (machines_) {
    case 3:
      choose.operator()<3>();
      break;
    case 5:
      choose.operator()<5>();
      break;
    case 10:
      choose.operator()<10>();
      break;
    case 20:
      choose.operator()<20>();
      break;
    default:
      choose.operator()<0>();
  }
  set_order({});
}

void ShopPlaces::set_order(std::span<const uint16_t> order) {
  std::ranges::copy(order, order_.begin());
  length_ = static_cast<uint32_t>(order.size());
  for (uint32_t k = 0; k < machines_; ++k) {
    heads().cells[k * row_] = 0;
    tails().cells[k * row_ + length_] = 0;
  }
  refresh(0, length_);
}

int32_t ShopPlaces::makespan() const {
  return length_ == 0 ? 0 : heads_[(machines_ - 1) * row_ + length_];
}

std::span<const int32_t> ShopPlaces::try_job(uint16_t job) {
  try_places(
      {heads(), tails(), shop_->of(job).data(), machines_, 0, length_ + 1, makespans_.data()});
  return {makespans_.data(), length_ + 1};
}

std::span<const int32_t> ShopPlaces::try_job_at(uint32_t place) {
  const int32_t* times = shop_->of(order_[place]).data();
  // One job fewer: what lies behind the place is found one further.
  const Table after = {tails().cells + 1, row_};
  const Table cut_before = {cut_tails_.data(), row_}, cut_after = {cut_heads_.data(), row_};
  set_column(cut_before, place, after, machines_);
  pass_tails(cut_before, place, order_.data() + place, place);
  try_places({heads(), cut_before, times, machines_, 0, place, makespans_.data()});
  set_column(cut_after, place, heads(), machines_);
  pass_heads(cut_after, place, order_.data() + place + 1, length_ - 1 - place);
  try_places({cut_after, after, times, machines_, place, length_, makespans_.data()});
  return {makespans_.data(), length_};
}

void ShopPlaces::insert(uint16_t job, uint32_t place) {
  std::copy_backward(order_.begin() + place, order_.begin() + length_,
                     order_.begin() + length_ + 1);
  order_[place] = job;
  ++length_;
  refresh(place, place + 1);
}

void ShopPlaces::remove(uint32_t place) {
  std::copy(order_.begin() + place + 1, order_.begin() + length_, order_.begin() + place);
  --length_;
  refresh(place, place);
}

void ShopPlaces::move(uint32_t from, uint32_t to) {
  const auto first = order_.begin() + std::min(from, to);
  const auto end = order_.begin() + std::max(from, to) + 1;
  std::rotate(first, from < to ? first + 1 : end - 1, end);
  refresh(std::min(from, to), std::max(from, to) + 1);
}

void ShopPlaces::pass_heads(Table table, uint32_t place, const uint16_t* jobs, uint32_t count) {
  pass_heads_({shop_->times.data(), machines_, jobs, count, table, place});
}

void ShopPlaces::pass_tails(Table table, uint32_t place, const uint16_t* jobs, uint32_t count) {
  pass_tails_({shop_->times.data(), machines_, jobs, count, table, place});
}

// Jobs before `first_changed` and from `end_changed` on are the same as before, in the same order.
void ShopPlaces::refresh(uint32_t first_changed, uint32_t end_changed) {
  pass_heads(heads(), first_changed, order_.data() + first_changed, length_ - first_changed);
  pass_tails(tails(), end_changed, order_.data() + end_changed, end_changed);
}

}  // namespace geoneuron::policy
