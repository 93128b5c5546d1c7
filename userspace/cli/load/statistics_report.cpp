// SPDX-License-Identifier: MIT
#include "cli/load/statistics_report.hpp"

#include <pwd.h>

#include <cmath>
#include <fstream>
#include <map>

#include "base/text.hpp"
#include "cli/byte_size.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli::load {
namespace {

using nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string count_text(const ordered_json& row, const char* member) {
  return std::to_string(row.at(member).get<uint64_t>());
}

std::string time_text(const ordered_json& row, const char* member) {
  return format_duration(row.at(member).get<uint64_t>());
}

std::string user_text(const ordered_json& row) {
  const auto user = row.at("user").get<uint32_t>();
  const passwd* entry = getpwuid(user);
  return entry != nullptr ? entry->pw_name : std::to_string(user);
}

// "-" where it has gone, or is none of ours to look at.
std::string command_of(uint64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  return std::getline(file, name) && !name.empty() ? name : "-";
}

// What a row of `table` with the same `key` had in `member` before.
uint64_t earlier(const Statistics* before, const char* table, const char* key,
                 const ordered_json& row, const char* member) {
  for (const ordered_json& old : before->json.at(table))
    if (old.at(key) == row.at(key)) return old.at(member).get<uint64_t>();
  return 0;
}

// How much a count grew, for each unit of the time since then.
double growth(const Statistics& now, const Statistics* before, const char* table, const char* key,
              const ordered_json& row, const char* member) {
  const uint64_t was = earlier(before, table, key, row, member),
                 is = row.at(member).get<uint64_t>();
  const double elapsed_ns = static_cast<double>(now.time_ns - before->time_ns);
  return is > was && elapsed_ns > 0 ? static_cast<double>(is - was) / elapsed_ns : 0;
}

std::string rate_text(double per_ns) {
  return number_text(per_ns * 1e9, 4);
}

std::string share_text(double share) {
  return std::to_string(std::lround(share * 100)) + " %";
}

Rows context_rows(const Statistics& now, const Statistics* before) {
  Rows rows = {{"CONTEXT", "PROCESS", "COMMAND", "USER", "CLASS", "MOST", "QUEUED", "RUNNING",
                "DONE", "DEVICE TIME"}};
  if (before != nullptr) rows[0].insert(rows[0].end(), {"DONE/S", "OF DEVICE"});
  for (const ordered_json& row : now.json.at("contexts")) {
    const auto process = row.at("process").get<uint64_t>();
    const ordered_json& its_class = row.at("class");
    rows.push_back({count_text(row, "context"), std::to_string(process), command_of(process),
                    user_text(row), its_class.is_string() ? its_class.get<std::string>() : "-",
                    row.at("highest_class").get<std::string>(), count_text(row, "queued"),
                    count_text(row, "running"), count_text(row, "finished"),
                    time_text(row, "device_ns")});
    if (before == nullptr) continue;
    rows.back().push_back(rate_text(growth(now, before, "contexts", "context", row, "finished")));
    rows.back().push_back(share_text(growth(now, before, "contexts", "context", row, "device_ns")));
  }
  return rows;
}

Rows class_rows(const Statistics& now, const Statistics* before) {
  Rows rows = {{"CLASS", "QUEUED", "RUNNING", "DONE", "EXPIRED", "DEVICE TIME"}};
  if (before != nullptr) rows[0].insert(rows[0].end(), {"DONE/S", "OF DEVICE"});
  for (const ordered_json& row : now.json.at("classes")) {
    rows.push_back({row.at("class").get<std::string>(), count_text(row, "queued"),
                    count_text(row, "running"), count_text(row, "finished"),
                    count_text(row, "expired"), time_text(row, "device_ns")});
    if (before == nullptr) continue;
    rows.back().push_back(rate_text(growth(now, before, "classes", "class", row, "finished")));
    rows.back().push_back(share_text(growth(now, before, "classes", "class", row, "device_ns")));
  }
  return rows;
}

Rows device_rows(const Statistics& now, const Statistics* before) {
  Rows rows = {{"DEVICE", "IN FLIGHT", "BATCHES", "JOBS", "JOBS/BATCH", "P99 BATCH", "LONGEST",
                "DEVICE TIME"}};
  if (before != nullptr) rows[0].emplace_back("BUSY");
  for (const ordered_json& row : now.json.at("devices")) {
    const auto batches = row.at("batches").get<uint64_t>();
    const double mean = batches == 0 ? 0
                                     : static_cast<double>(row.at("jobs").get<uint64_t>()) /
                                           static_cast<double>(batches);
    rows.push_back({row.at("device").get<std::string>(), count_text(row, "in_flight"),
                    std::to_string(batches), count_text(row, "jobs"), number_text(mean, 3),
                    format_duration(percentile_of(row.at("batch_ns"), nullptr, 990)),
                    time_text(row, "longest_batch_ns"), time_text(row, "device_ns")});
    if (before != nullptr)
      rows.back().push_back(share_text(growth(now, before, "devices", "device", row, "device_ns")));
  }
  return rows;
}

Rows worker_rows(const Statistics& now) {
  Rows rows = {{"WORKER", "USER", "PROCESS", "STARTS", "RUNNING", "RESIDENT", "SERVES WITH"}};
  for (const ordered_json& row : now.json.at("workers"))
    rows.push_back({row.at("device").get<std::string>(), user_text(row), count_text(row, "process"),
                    count_text(row, "starts"), count_text(row, "running"),
                    format_bytes(row.at("resident_bytes").get<uint64_t>()),
                    row.at("serves_with").get<std::string>()});
  return rows;
}

Error other_form(const ordered_json::exception& error) {
  return make_error(EPROTO, "the daemon's answer has another form: %s; is it of this version?",
                    error.what());
}

}  // namespace

Result<std::string> statistics_text(const Statistics& now, const Statistics* before) {
  try {
    std::string text = table(context_rows(now, before)) + "\n" + table(class_rows(now, before)) +
                       "\n" + table(device_rows(now, before));
    if (!now.json.at("workers").empty()) text += "\n" + table(worker_rows(now));
    return text;
  } catch (const ordered_json::exception& error) {
    return other_form(error);
  }
}

Result<std::string> costs_text(const ordered_json& costs) {
  try {
    Rows rows = {{"SIGNATURE", "DEVICE", "PER UNIT", "ERROR", "MEASURED"}};
    for (const ordered_json& row : costs.at("costs"))
      rows.push_back({row.at("signature").get<std::string>(), row.at("device").get<std::string>(),
                      number_text(row.at("predicted_ns_per_unit").get<double>(), 4) + " ns",
                      share_text(row.at("error").get<double>()), count_text(row, "measured")});
    return table(rows);
  } catch (const ordered_json::exception& error) {
    return other_form(error);
  }
}

double mean_of(const ordered_json& rows) {
  double sum = 0, count = 0;
  for (const ordered_json& row : rows) {
    sum += row.at(0).get<double>() * row.at(1).get<double>();
    count += row.at(1).get<double>();
  }
  return count == 0 ? 0 : sum / count;
}

uint64_t percentile_of(const ordered_json& rows, const ordered_json* before, uint32_t per_mille) {
  std::map<uint64_t, uint64_t> counts;
  uint64_t total = 0;
  for (const ordered_json& row : rows) counts[row.at(0)] = row.at(1);
  if (before != nullptr)
    for (const ordered_json& row : *before)
      counts[row.at(0)] -= std::min(counts[row.at(0)], row.at(1).get<uint64_t>());
  for (const auto& [from, count] : counts) total += count;
  if (total == 0) return 0;
  const uint64_t rank = std::max<uint64_t>(1, (total * per_mille + 999) / 1000);
  uint64_t passed = 0;
  for (const auto& [from, count] : counts)
    if ((passed += count) >= rank) return from;
  return 0;
}

}  // namespace geoneuron::cli::load
