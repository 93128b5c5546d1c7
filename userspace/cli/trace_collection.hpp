// SPDX-License-Identifier: MIT
// TraceCollection: the traces of several runs (Trace Event Format, JSON) as one. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace geoneuron::cli {

class TraceCollection {
 public:
  // Further spans are dropped and counted as "spans dropped".
  static constexpr size_t kMaximumEvents = 1u << 20;

  explicit TraceCollection(size_t maximum_events = kMaximumEvents)
      : maximum_events_(maximum_events) {}

  // Adds what a daemon tells of a run: each after those that began before. EPROTO.
  Result<void> add(const std::string& trace);
  // All of it, with times from the first one's origin.
  std::string to_text() const;

 private:
  size_t track_named(const std::string& name);
  void keep(nlohmann::json event, double later_us, const std::map<uint64_t, size_t>& tracks);

  const size_t maximum_events_;
  nlohmann::json events_ = nlohmann::json::array();
  std::map<std::string, size_t> tracks_;  // by name
  bool is_begun_ = false;
  uint64_t origin_ns_ = 0;
  double end_us_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace geoneuron::cli
