// SPDX-License-Identifier: MIT
// Sharing loops among threads, fewer for little work. Work is cut into equal contiguous ranges, so
// that the same number of threads always computes the same range on the same terms: results repeat
// bit by bit.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

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

// Calls body(begin, end) for ranges that together cover [0, count), each item of which costs about
// `work` element operations. The body must not write where another range reads or writes.
template <typename Body>
void parallel_for(int64_t count, int64_t work, const Body& body) {
  const int64_t worthwhile = count * std::max<int64_t>(work, 1) / kWorkPerThread;
  const int64_t threads = std::min({int64_t{omp_get_max_threads()}, count, worthwhile});
  if (threads <= 1) {
    if (count > 0) body(int64_t{0}, count);
    return;
  }
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(threads))
  for (int64_t thread = 0; thread < threads; ++thread)
    body(count * thread / threads, count * (thread + 1) / threads);
}

}  // namespace geoneuron::engine::cpu
