// SPDX-License-Identifier: MIT
#include "cli/pass_report.hpp"

#include <cstdlib>

#include "cli/byte_size.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

std::string signed_text(int64_t value, std::string (*format)(uint64_t)) {
  const auto magnitude = static_cast<uint64_t>(std::llabs(value));
  return (value < 0 ? "-" : (value > 0 ? "+" : "")) + format(magnitude);
}

std::string plain(uint64_t value) {
  return std::to_string(value);
}

}  // namespace

ordered_json to_json(const perception::OptimizationMetadata& change) {
  return {{"pass", change.pass},
          {"node", change.node},
          {"description", change.description},
          {"predicted_operations", change.predicted_operations},
          {"predicted_bytes", change.predicted_bytes}};
}

ordered_json to_json(const PassReport& report) {
  ordered_json json = {{"changes", ordered_json::array()}, {"passes", ordered_json::array()}};
  for (const auto& change : report.changes) json["changes"].push_back(to_json(change));
  for (const PassSummary& pass : report.passes) {
    ordered_json entry = {{"pass", pass.pass},
                          {"changes", pass.changes},
                          {"predicted_operations", pass.predicted_operations},
                          {"predicted_bytes", pass.predicted_bytes}};
    if (pass.measured_saved_ns) entry["measured_saved_ns"] = *pass.measured_saved_ns;
    json["passes"].push_back(entry);
  }
  if (report.device)
    json["device"] = {{"id", report.device->id},
                      {"name", report.device->name},
                      {"driver", report.device->driver},
                      {"reason", report.device_reason}};
  if (report.unoptimized_ns) json["unoptimized_ns"] = *report.unoptimized_ns;
  if (report.optimized_ns) json["optimized_ns"] = *report.optimized_ns;
  if (report.nodes.empty()) return json;
  for (const NodeRun& node : report.nodes)
    json["algorithms"].push_back(
        {{"node", node.node}, {"where", node.where}, {"algorithm", node.algorithm}});
  return json;
}

std::string to_text(const PassReport& report) {
  std::vector<std::vector<std::string>> changes = {
      {"PASS", "NODE", "OPERATIONS", "BYTES", "WHAT WAS DONE"}};
  for (const auto& change : report.changes) {
    changes.push_back({change.pass, change.node, signed_text(change.predicted_operations, plain),
                       signed_text(change.predicted_bytes, format_bytes), change.description});
  }
  std::vector<std::vector<std::string>> passes = {
      {"PASS", "CHANGES", "OPERATIONS", "BYTES", "MEASURED"}};
  for (const PassSummary& pass : report.passes) {
    const std::string measured =
        pass.measured_saved_ns ? signed_text(-*pass.measured_saved_ns, format_duration) : "-";
    passes.push_back({pass.pass, std::to_string(pass.changes),
                      signed_text(pass.predicted_operations, plain),
                      signed_text(pass.predicted_bytes, format_bytes), measured});
  }
  std::vector<std::vector<std::string>> algorithms = {{"NODE", "WHERE", "ALGORITHM"}};
  for (const NodeRun& node : report.nodes)
    algorithms.push_back({node.node, node.where, node.algorithm});
  std::string text;
  if (report.device)
    text += "measured on: " + report.device->id + ", " + report.device->name + " (" +
            report.device_reason + ")\n";
  text += "changes, predicted per run:\n" + table(changes, 2) +
          "passes, predicted per run and measured:\n" + table(passes, 2);
  if (!report.nodes.empty())
    text += "algorithms that the engine chose, optimised:\n" + table(algorithms, 2);
  if (report.unoptimized_ns && report.optimized_ns)
    text += "measured per run: " + format_duration(*report.unoptimized_ns) +
            " as the file has it, " + format_duration(*report.optimized_ns) + " optimised\n";
  return text;
}

std::vector<PassSummary> summarised(const std::vector<perception::OptimizationMetadata>& changes,
                                    const std::vector<std::string>& pass_names) {
  std::vector<PassSummary> passes;
  for (const std::string& name : pass_names) {
    PassSummary& pass = passes.emplace_back(PassSummary{name, 0, 0, 0, std::nullopt});
    for (const auto& change : changes) {
      if (change.pass != name) continue;
      ++pass.changes;
      pass.predicted_operations += change.predicted_operations;
      pass.predicted_bytes += change.predicted_bytes;
    }
  }
  return passes;
}

}  // namespace geoneuron::cli
