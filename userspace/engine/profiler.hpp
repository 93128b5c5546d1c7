// SPDX-License-Identifier: MIT
// Profiler: spans and counters of a run, written as a trace that Perfetto and chrome://tracing open
// (Trace Event Format, JSON). Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace geoneuron::engine {

struct TraceSpan {
  std::string name;
  std::string category;   // "operator", "plan", "cache", "view", ...
  std::string track;      // one row per track: "cpu", "vulkan:0", "host"
  uint64_t begin_ns = 0;  // CLOCK_MONOTONIC
  uint64_t duration_ns = 0;
  std::map<std::string, std::string> details;
};

class Profiler {
 public:
  // Further spans are dropped and counted as "spans dropped".
  static constexpr size_t kMaximumSpans = 1u << 20;

  explicit Profiler(size_t maximum_spans = kMaximumSpans) : maximum_spans_(maximum_spans) {}

  void add(TraceSpan span);
  // Adds `value` to the counter.
  void count(const std::string& counter, double value);
  std::map<std::string, double> counters() const;
  // The trace as JSON text; times count from the first span, whose own is in "otherData" as
  // "origin_ns".
  std::string to_json() const;

 private:
  const size_t maximum_spans_;
  mutable std::mutex mutex_;  // guards everything below
  std::vector<TraceSpan> spans_;
  std::map<std::string, double> counters_;
};

// CLOCK_MONOTONIC in nanoseconds.
uint64_t now_ns();

}  // namespace geoneuron::engine
