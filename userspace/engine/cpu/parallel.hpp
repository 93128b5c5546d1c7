// SPDX-License-Identifier: MIT
// Sharing loops among threads, fewer for little work. Work is cut into equal contiguous ranges, so
// that the same number of threads always computes the same range on the same terms: results repeat
// bit by bit.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <new>

namespace geoneuron::engine::cpu {

// Element operations for which a thread is worth waking, some 30 us of them. Waking costs a tenth
// of that where a core is idle, but where none is, threads that wait for each other lose
// milliseconds.
inline constexpr int64_t kWorkPerThread = 1 << 17;

// Sets the number of threads of parallel loops and of oneDNN for the calling thread, as long as it
// lives.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) {
    omp_set_num_threads(threads);
  }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

// Into how many ranges parallel_for and parallel_ranges cut [0, count): one per thread.
inline int64_t range_count(int64_t count, int64_t work) {
  const int64_t worthwhile = count * std::max<int64_t>(work, 1) / kWorkPerThread;
  return std::max<int64_t>(1, std::min({int64_t{omp_get_max_threads()}, count, worthwhile}));
}

// Calls body(range, begin, end) for ranges that together cover [0, count), each item of which costs
// about `work` element operations. The body must not write where another range reads or writes. An
// allocation that fails in a body fails here (std::bad_alloc), when all have returned: nothing may
// leave a thread that OpenMP started.
template <typename Body>
void parallel_ranges(int64_t count, int64_t work, const Body& body) {
  const int64_t ranges = range_count(count, work);
  if (ranges == 1) {
    if (count > 0) body(int64_t{0}, int64_t{0}, count);
    return;
  }
  std::exception_ptr failure;
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(ranges))
  for (int64_t range = 0; range < ranges; ++range) {
    try {
      body(range, count * range / ranges, count * (range + 1) / ranges);
    } catch (const std::bad_alloc&) {
#pragma omp critical
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

// The same for body(begin, end).
template <typename Body>
void parallel_for(int64_t count, int64_t work, const Body& body) {
  parallel_ranges(count, work, [&body](int64_t, int64_t begin, int64_t end) { body(begin, end); });
}

}  // namespace geoneuron::engine::cpu
