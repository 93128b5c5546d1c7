// SPDX-License-Identifier: MIT
#include "engine/profiler.hpp"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"

namespace geoneuron::engine {
namespace {

using nlohmann::json;

// Trace Event Format: times are in microseconds, as numbers that may have a fraction.
double microseconds(uint64_t ns) {
  return static_cast<double>(ns) / 1000.0;
}

json track_name(size_t number, const std::string& name) {
  return {{"ph", "M"},
          {"name", "thread_name"},
          {"pid", 1},
          {"tid", number},
          {"args", {{"name", name}}}};
}

json complete_event(const TraceSpan& span, size_t track, uint64_t origin_ns) {
  return {{"ph", "X"},
          {"name", span.name},
          {"cat", span.category},
          {"pid", 1},
          {"tid", track},
          {"ts", microseconds(span.begin_ns - origin_ns)},
          {"dur", microseconds(span.duration_ns)},
          {"args", span.details}};
}

json counter_event(const std::string& name, double value, uint64_t at_ns) {
  return {{"ph", "C"},
          {"name", name},
          {"pid", 1},
          {"tid", 0},
          {"ts", microseconds(at_ns)},
          {"args", {{"value", value}}}};
}

}  // namespace

void Profiler::add(TraceSpan span) {
  const std::lock_guard lock(mutex_);
  if (spans_.size() < maximum_spans_)
    spans_.push_back(std::move(span));
  else
    ++counters_["spans dropped"];
}

void Profiler::count(const std::string& counter, double value) {
  const std::lock_guard lock(mutex_);
  counters_[counter] += value;
}

std::map<std::string, double> Profiler::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::string Profiler::to_json() const {
  const std::lock_guard lock(mutex_);
  // Times start at the first span, because Perfetto shows the time since boot poorly.
  uint64_t origin_ns = UINT64_MAX, end_ns = 0;
  std::map<std::string, size_t> tracks;
  for (const TraceSpan& span : spans_) {
    origin_ns = std::min(origin_ns, span.begin_ns);
    end_ns = std::max(end_ns, span.begin_ns + span.duration_ns);
    tracks.emplace(span.track, tracks.size() + 1);
  }
  json events = json::array();
  for (const auto& [name, number] : tracks) events.push_back(track_name(number, name));
  for (const TraceSpan& span : spans_)
    events.push_back(complete_event(span, tracks[span.track], origin_ns));
  for (const auto& [name, value] : counters_)
    events.push_back(counter_event(name, value, spans_.empty() ? 0 : end_ns - origin_ns));
  const json trace = {
      {"traceEvents", std::move(events)},
      {"displayTimeUnit", "ms"},
      {"otherData", {{"origin_ns", std::to_string(spans_.empty() ? 0 : origin_ns)}}}};
  // Names come from models and need not be UTF-8; the trace must be.
  return escaped_controls(trace.dump(-1, ' ', false, json::error_handler_t::replace));
}

uint64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace geoneuron::engine
