// SPDX-License-Identifier: MIT
#include "cli/run_report.hpp"

#include <algorithm>

#include "cli/byte_size.hpp"
#include "cli/pass_report.hpp"

namespace geoneuron::cli {

using nlohmann::ordered_json;

double RunReport::median_ms() const {
  std::vector<uint64_t> times = durations_ns;
  if (times.size() > 1) times.erase(times.begin());
  std::ranges::sort(times);
  const size_t middle = times.size() / 2;
  const uint64_t twice =
      times.size() % 2 == 1 ? 2 * times[middle] : times[middle - 1] + times[middle];
  return static_cast<double>(twice) / 2e6;
}

ordered_json to_json(const std::vector<BoundInput>& inputs) {
  ordered_json json = ordered_json::array();
  for (const BoundInput& input : inputs) {
    json.push_back({{"name", input.name},
                    {"file", input.file},
                    {"description", input.description},
                    {"type", name_of(input.tensor.type())},
                    {"shape", input.tensor.shape().extents()},
                    {"nan", input.nan_count},
                    {"infinite", input.infinity_count}});
  }
  return json;
}

ordered_json to_json(const RunReport& report) {
  ordered_json nodes = ordered_json::array();
  for (const NodeRun& node : report.last.nodes) {
    nodes.push_back({{"node", node.node},
                     {"op", node.op},
                     {"where", node.where},
                     {"algorithm", node.algorithm},
                     {"duration_ns", node.duration_ns}});
  }
  ordered_json passes = ordered_json::array();
  for (const auto& change : report.last.passes) passes.push_back(to_json(change));
  return {{"model", report.model},
          {"device",
           {{"id", report.device.id},
            {"name", report.device.name},
            {"driver", report.device.driver},
            {"reason", report.device_reason}}},
          {"inputs", to_json(report.inputs)},
          {"cache_hit", report.last.from_cache},
          {"duration_ns", report.last.duration_ns},
          {"durations_ns", report.durations_ns},
          {"median_ms", report.median_ms()},
          {"predicted_peak_bytes", report.last.predicted_peak_bytes},
          {"peak_bytes", report.last.peak_bytes},
          {"nodes", nodes},
          {"passes", passes}};
}

std::vector<std::string> notes_of(const BoundInput& input) {
  std::vector<std::string> notes = {"input " + input.name + ": " + input.file + ": " +
                                    input.description};
  if (input.nan_count + input.infinity_count > 0) {
    notes.push_back("input " + input.name + ": " + std::to_string(input.nan_count) + " NaN and " +
                    std::to_string(input.infinity_count) + " infinite of " +
                    std::to_string(input.tensor.element_count()) +
                    " elements; they are computed with as they are");
  }
  return notes;
}

std::string to_text(const RunReport& report) {
  const PerceptionReport& last = report.last;
  std::string text = "device: " + report.device.id + ", " + report.device.name + " (" +
                     report.device_reason + ")\n";
  if (last.from_cache) {
    text += "nodes: none run, everything was in the cache\n";
  } else {
    const auto elsewhere = std::ranges::count_if(last.nodes, [&](const NodeRun& node) {
      return node.where != report.device.id && node.algorithm != "ahead";
    });
    text += "nodes: " + std::to_string(last.nodes.size()) + " run";
    if (elsewhere > 0) text += ", " + std::to_string(elsewhere) + " of them on the host";
    text += "\n";
  }
  text += "time: " + format_duration(last.duration_ns);
  if (report.durations_ns.size() > 1) {
    text += ", the last of " + std::to_string(report.durations_ns.size()) + "; median " +
            format_duration(static_cast<uint64_t>(report.median_ms() * 1e6));
  }
  return text + "\npeak memory: " + format_bytes(last.peak_bytes) + ", predicted " +
         format_bytes(last.predicted_peak_bytes) + "\n";
}

}  // namespace geoneuron::cli
