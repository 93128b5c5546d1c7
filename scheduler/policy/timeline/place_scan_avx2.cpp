// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "policy/timeline/place_scan.hpp"

namespace geoneuron::policy {

#if defined(__x86_64__)
namespace {

constexpr uint32_t kStepsPerLook = 4;
constexpr double kNever = std::numeric_limits<double>::infinity();

// Eight orders, of which each has the new job one place further than the one before. Their costs in
// two halves.
struct LaneState {
  __m256i upload, compute, readback;
  __m256d low, high;
};

struct LaneJob {
  __m256i upload, compute, readback, release, due;
  __m256d low_weight, high_weight, low_miss, high_miss;
};

GEONEURON_AVX2_INLINE __m256i load(const int32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

GEONEURON_AVX2_INLINE __m256d with_miss(__m256d cost, __m256d late, __m256d miss) {
  const __m256d is_late = _mm256_cmp_pd(late, _mm256_setzero_pd(), _CMP_GT_OQ);
  return _mm256_add_pd(cost, _mm256_and_pd(is_late, miss));
}

template <bool kMisses>
GEONEURON_AVX2_INLINE void run(LaneState& state, const LaneJob& job) {
  state.upload = _mm256_add_epi32(_mm256_max_epi32(state.upload, job.release), job.upload);
  state.compute = _mm256_add_epi32(_mm256_max_epi32(state.compute, state.upload), job.compute);
  state.readback = _mm256_add_epi32(_mm256_max_epi32(state.readback, state.compute), job.readback);
  const __m256i late =
      _mm256_max_epi32(_mm256_sub_epi32(state.readback, job.due), _mm256_setzero_si256());
  const __m256d low = _mm256_cvtepi32_pd(_mm256_castsi256_si128(late));
  const __m256d high = _mm256_cvtepi32_pd(_mm256_extracti128_si256(late, 1));
  state.low = _mm256_add_pd(state.low, _mm256_mul_pd(low, job.low_weight));
  state.high = _mm256_add_pd(state.high, _mm256_mul_pd(high, job.high_weight));
  if (kMisses) {
    state.low = with_miss(state.low, low, job.low_miss);
    state.high = with_miss(state.high, high, job.high_miss);
  }
}

template <bool kMisses>
GEONEURON_AVX2_INLINE LaneJob followers(const OrderColumns& columns, uint32_t from) {
  LaneJob job;
  job.upload = load(columns.times[0] + from);
  job.compute = load(columns.times[1] + from);
  job.readback = load(columns.times[2] + from);
  job.release = load(columns.release + from);
  job.due = load(columns.due + from);
  job.low_weight = _mm256_loadu_pd(columns.weight + from);
  job.high_weight = _mm256_loadu_pd(columns.weight + from + kLanes / 2);
  if (kMisses) {
    job.low_miss = _mm256_loadu_pd(columns.miss + from);
    job.high_miss = _mm256_loadu_pd(columns.miss + from + kLanes / 2);
  }
  return job;
}

GEONEURON_AVX2_INLINE LaneJob in_all_lanes(const ScaledJob& job) {
  LaneJob lanes;
  lanes.upload = _mm256_set1_epi32(job.times[0]);
  lanes.compute = _mm256_set1_epi32(job.times[1]);
  lanes.readback = _mm256_set1_epi32(job.times[2]);
  lanes.release = _mm256_set1_epi32(job.release);
  lanes.due = _mm256_set1_epi32(job.due);
  lanes.low_weight = lanes.high_weight = _mm256_set1_pd(job.weight);
  lanes.low_miss = lanes.high_miss = _mm256_set1_pd(job.miss);
  return lanes;
}

// Which lanes may still cost at most `most`: what follows costs at least as much as without the new
// job, which only delays it.
GEONEURON_AVX2_INLINE bool hopeful(const LaneState& state, const double* rest, __m256d most) {
  const __m256d low = _mm256_add_pd(state.low, _mm256_loadu_pd(rest));
  const __m256d high = _mm256_add_pd(state.high, _mm256_loadu_pd(rest + kLanes / 2));
  return _mm256_movemask_pd(_mm256_cmp_pd(_mm256_min_pd(low, high), most, _CMP_LE_OQ)) != 0;
}

GEONEURON_AVX2_INLINE void keep_best(Place& best, const LaneState& state, uint32_t from,
                                     int32_t before_end) {
  alignas(32) double costs[kLanes];
  alignas(32) int32_t ends[kLanes];
  _mm256_store_pd(costs, state.low);
  _mm256_store_pd(costs + kLanes / 2, state.high);
  _mm256_store_si256(reinterpret_cast<__m256i*>(ends), state.readback);
  for (uint32_t l = 0; l < kLanes; ++l) {
    if (costs[l] > best.objective.cost) continue;
    const ScaledObjective objective = {costs[l], std::max(ends[l], before_end)};
    if (objective < best.objective) best = {from + l, objective};
  }
}

// From the last places to the first: the fewer jobs follow, the cheaper a look.
template <bool kMisses>
GEONEURON_AVX2_INLINE Place scan(const OrderColumns& columns, const ScaledJob& job,
                                 const ScanLimits& limits) {
  const uint32_t length = columns.length;
  Place best = {length, {kNever, INT32_MAX}};
  double most = limits.most_cost;
  const LaneJob inserted = in_all_lanes(job);
  for (uint32_t from = length / kLanes * kLanes + kLanes; from > 0;) {
    from -= kLanes;
    LaneState state = {load(columns.free[0] + from), load(columns.free[1] + from),
                       load(columns.free[2] + from), _mm256_loadu_pd(columns.cost + from),
                       _mm256_loadu_pd(columns.cost + from + kLanes / 2)};
    const __m256d limit = _mm256_set1_pd(most);
    run<kMisses>(state, inserted);
    bool alive = hopeful(state, columns.rest + from, limit);
    for (uint32_t next = from; alive && next < length; next += kStepsPerLook) {
      for (uint32_t i = 0; i < kStepsPerLook; ++i)
        run<kMisses>(state, followers<kMisses>(columns, next + i));
      alive = hopeful(state, columns.rest + next + kStepsPerLook, limit);
    }
    if (!alive) continue;
    keep_best(best, state, from, limits.before_end);
    most = std::min(most, best.objective.cost);
  }
  return best;
}

}  // namespace

GEONEURON_AVX2 Place scan_places_avx2(const OrderColumns& columns, const ScaledJob& job,
                                      const ScanLimits& limits, bool has_misses) {
  return has_misses ? scan<true>(columns, job, limits) : scan<false>(columns, job, limits);
}
#else
Place scan_places_avx2(const OrderColumns&, const ScaledJob&, const ScanLimits&, bool) {
  std::abort();  // has_avx2() says false here
}
#endif

}  // namespace geoneuron::policy
