// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <optional>

#include "base/file.hpp"
#include "cli/daemon_verbs.hpp"
#include "cli/json.hpp"
#include "cli/load/clock.hpp"
#include "cli/load/daemon_choice.hpp"
#include "cli/load/load_report.hpp"
#include "cli/terminal.hpp"
#include "cli/validator.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

constexpr size_t kMostFileBytes = 1 << 20;
constexpr uint64_t kLook_ns = load::kSecond_ns;

struct SubmitOptions {
  std::string file, socket, device = "auto";
  uint32_t clients = 1;
};

Result<std::vector<load::LoadPlan>> read_plans(const SubmitOptions& options) {
  const std::vector<std::byte> bytes = GN_TRY(read_file(options.file, kMostFileBytes));
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return with_context(load::parse_plans(text, options.clients), options.file);
}

ordered_json to_json(const load::LoadRun& run) {
  ordered_json json = {{"classes", ordered_json::array()}, {"entries", ordered_json::array()}};
  for (const auto& group : run.by_class()) json["classes"].push_back(load::to_json(group));
  for (const auto& group : run.by_plan()) json["entries"].push_back(load::to_json(group));
  return json;
}

std::string to_text(const load::LoadRun& run) {
  std::string text = load::outcome_table("CLASS", run.by_class());
  const auto entries = run.by_plan();
  if (entries.size() > 1) text += "\n" + load::outcome_table("ENTRY", entries);
  return text;
}

// What failed is told, whatever else went well.
ExitStatus tell_failures(const std::vector<load::GroupOutcome>& entries) {
  ExitStatus status = kDone;
  for (const auto& entry : entries) {
    if (entry.first_failure.empty()) continue;
    note("geoneuron submit: " + entry.name + ": " + std::to_string(entry.failed) +
         " failed, the first of a client: " + entry.first_failure);
    status = kFailed;
  }
  return status;
}

Result<ExitStatus> submit(const SubmitOptions& options, const Invocation& invocation) {
  std::vector<load::LoadPlan> plans = GN_TRY(read_plans(options));
  const load::DaemonChoice daemon = GN_TRY(load::DaemonChoice::running_or_own(options.socket));
  const uint16_t device = GN_TRY(daemon.device_number(options.device));
  for (load::LoadPlan& plan : plans) plan.device = device;
  const auto run = GN_TRY(load::LoadRun::prepare(plans, daemon.socket()));
  run->begin();
  while (!run->wait(kLook_ns)) continue;
  GN_TRY(print(invocation.json ? cli::to_text(to_json(*run)) : to_text(*run)));
  return tell_failures(run->by_plan());
}

constexpr const char* kFooter =
    "FILE.json is a list of entries, each of some clients that do the same; man geoneuron tells "
    "all\n"
    "of their members. Say, a stream beside a bulk job:\n"
    "  [{\"class\": \"interactive\", \"do\": \"heatmap\", \"rate\": 60, \"seconds\": 5, "
    "\"deadline_ms\": 16},\n"
    "   {\"class\": \"background\", \"do\": \"heatmap\", \"width\": 1024, \"height\": 1024, "
    "\"count\": 500}]\n"
    "Latency is from when a job was due until its client knows that it is done.\n"
    "Examples:\n"
    "  geoneuron submit jobs.json\n"
    "  geoneuron submit jobs.json --clients 8 --device lavapipe --json";

}  // namespace

void add_submit_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<SubmitOptions>();
  CLI::App* verb = app.add_subcommand(
      "submit", "Let simulated clients submit a list of jobs, and tell how long each class waited");
  verb->add_option("FILE", options->file, "The list of jobs, a .json file")->required();
  verb->add_option("--clients", options->clients, "Clients of entries that do not say how many")
      ->check(whole_number(1, 256))
      ->type_name("1..256")
      ->capture_default_str();
  verb->add_option("--device", options->device, "auto, cpu, vulkan, vulkan:N or lavapipe")
      ->check(validator(check_device))
      ->type_name("DEVICE")
      ->capture_default_str();
  verb->add_option("--socket", options->socket,
                   "The daemon (default: one that runs, else one for this time only)")
      ->type_name("PATH");
  verb->add_flag("--json", invocation.json, "Print the result as JSON, for machines");
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [&, options] { return submit(*options, invocation); }; });
}

}  // namespace geoneuron::cli
