// SPDX-License-Identifier: MIT
#include "cli/trace_collection.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/printable.hpp"
#include "cli/answer_reader.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;

json track_event(size_t number, const std::string& name) {
  return {{"ph", "M"},
          {"name", "thread_name"},
          {"pid", 1},
          {"tid", number},
          {"args", {{"name", name}}}};
}

Result<uint64_t> origin_of(const json& trace) {
  AnswerReader reader(trace, "a trace");
  AnswerReader other(reader.part("otherData"), "a trace");
  const std::string text = other.text("origin_ns");
  GN_TRY(reader.finish());
  GN_TRY(other.finish());
  uint64_t origin_ns = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, origin_ns) != std::from_chars_result{end, {}})
    return make_error(EPROTO, "a trace: \"origin_ns\" must be a number");
  return origin_ns;
}

}  // namespace

size_t TraceCollection::track_named(const std::string& name) {
  const auto [entry, is_new] = tracks_.emplace(name, tracks_.size() + 1);
  if (is_new) events_.push_back(track_event(entry->second, name));
  return entry->second;
}

void TraceCollection::keep(json event, double later_us, const std::map<uint64_t, size_t>& tracks) {
  if (events_.size() >= maximum_events_) {
    ++dropped_;
    return;
  }
  const double begin_us = event.value("ts", 0.0) + later_us;
  event["ts"] = begin_us;
  end_us_ = std::max(end_us_, begin_us + event.value("dur", 0.0));
  const auto track = tracks.find(event.value("tid", uint64_t{0}));
  event["tid"] = track == tracks.end() ? 0 : track->second;
  events_.push_back(std::move(event));
}

Result<void> TraceCollection::add(const std::string& trace) {
  const json answer = GN_TRY(parse_answer(trace));
  const uint64_t origin_ns = GN_TRY(origin_of(answer));
  if (!is_begun_) origin_ns_ = origin_ns;
  is_begun_ = true;
  const double later_us = static_cast<double>(static_cast<int64_t>(origin_ns - origin_ns_)) / 1000;
  std::map<uint64_t, size_t> tracks;  // theirs to ours
  AnswerReader reader(answer, "a trace");
  for (const json& event : reader.part("traceEvents")) {
    if (!event.is_object()) return make_error(EPROTO, "a trace: its events must be objects");
    AnswerReader one(event, "an event of a trace");
    const std::string phase = one.text("ph");
    const uint64_t track = one.number("tid");
    if (phase == "M") tracks[track] = track_named(AnswerReader(one.part("args"), "").text("name"));
    GN_TRY(one.finish());
    if (phase != "M") keep(event, later_us, tracks);
  }
  return reader.finish();
}

std::string TraceCollection::to_text() const {
  json events = events_;
  if (dropped_ > 0)
    events.push_back({{"ph", "C"},
                      {"name", "spans dropped"},
                      {"pid", 1},
                      {"tid", 0},
                      {"ts", end_us_},
                      {"args", {{"value", dropped_}}}});
  const json trace = {{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}};
  return escaped_controls(trace.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace geoneuron::cli
