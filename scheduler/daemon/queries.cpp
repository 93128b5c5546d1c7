// SPDX-License-Identifier: MIT
#include "daemon/queries.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "daemon/command_check.hpp"
#include "daemon/slot_memory.hpp"

namespace geoneuron::daemon {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr uint64_t kMostTextBytes = 4096;  // of a query for the daemon that lies in a slot
constexpr const char* kClassNames[policy::kClasses] = {"background", "normal", "interactive",
                                                       "realtime"};

Outcome failed(int result, std::string reason) {
  return {.result = result, .value = 0, .device_ns = 0, .reason = std::move(reason)};
}

// Copied once, wherever it lies; what is too long is none of ours.
std::string text_of(const Job& job, const geoneuron_request& request) {
  if (request.text_slot == GEONEURON_NO_SLOT) return {request.text, request.text_bytes};
  const auto text = read_slot(job.accepted, request.text_slot, kMostTextBytes);
  return text ? *text : "";
}

Outcome write_report(const Job& job, const std::string& text) {
  const geoneuron_request request = request_of(job.command());
  if (request.report_slot == GEONEURON_NO_SLOT)
    return failed(-EINVAL, "QUERY: report_slot: must be a slot with WRITE, for the answer");
  const geoneuron_buffer_use& use = job.command().buffers[request.report_slot];
  Outcome outcome{.result = 0, .value = text.size(), .device_ns = 0, .reason = ""};
  if (text.size() > use.length) {
    outcome.result = -ENOSPC;
    outcome.reason = "QUERY: the answer has " + std::to_string(text.size()) +
                     " bytes; its slot has " + std::to_string(use.length);
    return outcome;
  }
  if (Result<void> written = write_slot(job.accepted, request.report_slot, text); !written)
    return failed(-EACCES, "QUERY: the report cannot be written: " + written.error().message);
  return outcome;
}

ordered_json class_name(policy::Class priority_class) {
  return kClassNames[static_cast<size_t>(priority_class)];
}

ordered_json device_row(const std::string& id, const policy::Scheduler::DeviceUsage& usage) {
  return {{"device", id},
          {"in_flight", usage.in_flight},
          {"batches", usage.batches},
          {"jobs", usage.jobs},
          {"device_ns", usage.device_ns},
          {"longest_batch_ns", usage.longest_batch_ns},
          {"batch_jobs", usage.batch_jobs.rows()},
          {"batch_ns", usage.batch_ns.rows()}};
}

}  // namespace

std::optional<Query> query_of(const Job& job) {
  if (job.command().opcode != GEONEURON_QUERY) return std::nullopt;
  const json text = json::parse(text_of(job, request_of(job.command())), nullptr, false);
  if (!text.is_object() || !text.contains("about") || !text["about"].is_string())
    return std::nullopt;
  const std::string about = text["about"];
  Query query;
  if (about == "devices")
    query.about = Query::About::kDevices;
  else if (about == "statistics")
    query.about = Query::About::kStatistics;
  else if (about == "costs")
    query.about = Query::About::kCosts;
  else if (about == "failure")
    query.about = Query::About::kFailure;
  else
    return std::nullopt;
  const bool needs_command = query.about == Query::About::kFailure;
  const bool has_command = text.contains("command") && text["command"].is_number_unsigned();
  if (text.size() != (needs_command ? 2u : 1u) || has_command != needs_command)
    query.problem = "QUERY: text: must be {\"about\": \"" + about + "\"" +
                    (needs_command ? ", \"command\": its number}" : "}");
  else if (needs_command)
    query.command = text["command"];
  return query;
}

Outcome Queries::answer(const Job& job, const Query& query) const {
  if (!query.problem.empty()) return failed(-EINVAL, query.problem);
  switch (query.about) {
    case Query::About::kDevices:
      return write_report(job, devices_->json);
    case Query::About::kStatistics:
      return write_report(job, statistics(job.user));
    case Query::About::kCosts:
      return write_report(job, costs());
    case Query::About::kFailure:
      break;
  }
  const std::optional<std::string> sentence = table_->failure(job.context, query.command);
  if (!sentence)
    return failed(-ENOENT, "QUERY: command " + std::to_string(query.command) +
                               ": is none of this context's last 64 that failed");
  return write_report(job, *sentence);
}

// Of other users only root sees more than the sums.
std::string Queries::statistics(uid_t asker) const {
  const auto may_see = [&](uid_t user) { return asker == 0 || asker == user; };
  ordered_json answer = {{"contexts", json::array()},
                         {"classes", json::array()},
                         {"devices", json::array()},
                         {"workers", json::array()}};
  const auto usage = scheduler_->clients();
  for (const ContextInfo& info : table_->contexts()) {
    if (!may_see(info.user)) continue;
    const auto used = std::ranges::find(usage, policy::ClientId{info.id},
                                        &policy::Scheduler::ClientUsage::client);
    ordered_json row = {{"context", info.id},
                        {"process", info.pid},
                        {"user", info.user},
                        {"highest_class", kClassNames[info.highest_class]}};
    const bool known = used != usage.end();
    const auto usage_of = known ? *used : policy::Scheduler::ClientUsage{};
    // Of its last command: a context may use several.
    row["class"] = usage_of.submitted == 0 ? ordered_json() : class_name(usage_of.last_class);
    row["queued"] = usage_of.queued;
    row["running"] = usage_of.running;
    row["finished"] = usage_of.finished;
    row["device_ns"] = usage_of.device_ns;
    answer["contexts"].push_back(row);
  }
  for (size_t i = 0; i < policy::kClasses; ++i) {
    const auto sums = scheduler_->class_usage(static_cast<policy::Class>(i));
    answer["classes"].push_back({{"class", kClassNames[i]},
                                 {"queued", sums.queued},
                                 {"running", sums.running},
                                 {"finished", sums.finished},
                                 {"expired", sums.expired},
                                 {"device_ns", sums.device_ns}});
  }
  for (size_t i = 0; i < devices_->ids.size(); ++i)
    answer["devices"].push_back(
        device_row(devices_->ids[i],
                   scheduler_->device_usage(policy::DeviceId{static_cast<uint32_t>(i + 1)})));
  for (const Workers::Row& row : workers_->rows())
    if (may_see(row.user))
      answer["workers"].push_back({{"device", devices_->ids[static_cast<uint32_t>(row.device) - 1]},
                                   {"user", row.user},
                                   {"process", row.pid},
                                   {"starts", row.starts},
                                   {"running", row.running},
                                   {"resident_bytes", row.resident_bytes},
                                   {"serves_with", row.serves_with}});
  return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string Queries::costs() const {
  ordered_json rows = json::array();
  for (const auto& row : scheduler_->costs()) {
    char signature[17];
    std::snprintf(signature, sizeof signature, "%016llx",
                  static_cast<unsigned long long>(row.signature));
    rows.push_back({{"signature", signature},
                    {"device", devices_->ids[static_cast<uint32_t>(row.device) - 1]},
                    {"predicted_ns_per_unit", static_cast<double>(row.predicted_ns) / 65536},
                    {"error", row.error},
                    {"measured", row.measured}});
  }
  return ordered_json{{"costs", rows}}.dump();
}

}  // namespace geoneuron::daemon
