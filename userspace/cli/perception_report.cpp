// SPDX-License-Identifier: MIT
#include "cli/perception_report.hpp"

#include "cli/answer_reader.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;

Result<std::vector<NodeRun>> parse_nodes(const json& nodes) {
  std::vector<NodeRun> runs;
  for (const json& node : nodes) {
    AnswerReader reader(node, "a node");
    runs.push_back({reader.text("node"), reader.text("op"), reader.text("where"),
                    reader.text("algorithm"), reader.number("duration_ns")});
    GN_TRY(reader.finish());
  }
  return runs;
}

}  // namespace

Result<std::vector<perception::OptimizationMetadata>> parse_passes(const json& passes) {
  std::vector<perception::OptimizationMetadata> changes;
  for (const json& change : passes) {
    AnswerReader reader(change, "a pass");
    changes.push_back({reader.text("pass"), reader.text("node"), reader.text("description"),
                       reader.signed_number("predicted_operations"),
                       reader.signed_number("predicted_bytes")});
    GN_TRY(reader.finish());
  }
  return changes;
}

Result<PerceptionReport> parse_perception_report(const json& answer) {
  AnswerReader reader(answer, "a run");
  AnswerReader device(reader.part("device"), "a device");
  PerceptionReport report;
  report.device_name = device.text("name");
  report.device_driver = device.text("driver");
  report.nodes = GN_TRY(parse_nodes(reader.part("nodes")));
  report.passes = GN_TRY(parse_passes(reader.part("passes")));
  report.from_cache = reader.flag("cache_hit");
  report.predicted_peak_bytes = reader.number("predicted_peak_bytes");
  report.peak_bytes = reader.number("peak_bytes");
  report.duration_ns = reader.number("duration_ns");
  GN_TRY(device.finish());
  GN_TRY(reader.finish());
  return report;
}

}  // namespace geoneuron::cli
