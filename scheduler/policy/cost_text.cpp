// SPDX-License-Identifier: MIT
// A line `device NAME`, then one for each of its signatures: the signature in hexadecimal, the time
// of a unit in nanoseconds, the mean error, how often it was measured, the jobs that a batch may
// have.
#include "policy/cost_text.hpp"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <optional>

namespace geoneuron::policy {
namespace {

constexpr std::string_view kDevice = "device ";
constexpr uint32_t kMostJobs = 65536;
constexpr double kLargestError = 1e6;

// The first word of `line`, which is cut off.
std::string_view next_word(std::string_view& line) {
  const size_t begin = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(begin);
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

// False, unless the whole word is a number.
template <typename Number, typename... Base>
bool read(std::string_view word, Number& number, Base... base) {
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), number, base...);
  return !word.empty() && error == std::errc() && end == word.data() + word.size();
}

struct Row {
  Signature signature = 0;
  CostEstimate estimate;
};

std::optional<Row> read_row(std::string_view line) {
  Row row;
  double per_unit_ns = 0, error = 0;
  uint64_t measured = 0;
  uint32_t jobs_allowed = 0;
  if (!read(next_word(line), row.signature, 16) || !read(next_word(line), per_unit_ns) ||
      !read(next_word(line), error) || !read(next_word(line), measured) ||
      !read(next_word(line), jobs_allowed) || !next_word(line).empty())
    return std::nullopt;
  // Written so that what is not a number fails, too.
  const bool sane = row.signature != 0 && per_unit_ns > 0 && per_unit_ns <= kLongestTime_ns &&
                    error >= 0 && error <= kLargestError && measured > 0 && jobs_allowed > 0 &&
                    jobs_allowed <= kMostJobs;
  if (!sane) return std::nullopt;
  row.estimate = CostEstimate::restored(per_unit_ns, error, measured, jobs_allowed);
  return row;
}

std::optional<DeviceId> device_of(std::string_view name, const DeviceNames& names) {
  for (const auto& [id, its_name] : names)
    if (its_name == name) return id;
  return std::nullopt;
}

}  // namespace

std::string cost_text(const Costs& costs, const DeviceNames& names) {
  std::map<DeviceId, std::string> rows;
  costs.each([&](Signature signature, DeviceId device, const CostEstimate& estimate) {
    char row[160];
    std::snprintf(row, sizeof row, "%" PRIx64 " %.17g %.17g %" PRIu64 " %" PRIu32 "\n", signature,
                  estimate.per_unit_ns(), estimate.error(), estimate.measured(),
                  estimate.jobs_allowed());
    rows[device] += row;
  });
  std::string text;
  for (const auto& [device, its_rows] : rows)
    if (const auto name = names.find(device); name != names.end())
      text.append(kDevice).append(name->second).append("\n").append(its_rows);
  return text;
}

size_t restore_costs(std::string_view text, const DeviceNames& names, Costs& costs) {
  size_t restored = 0;
  std::optional<DeviceId> device;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(kDevice)) {
      device = device_of(line.substr(kDevice.size()), names);
    } else if (const auto row = device ? read_row(line) : std::nullopt) {
      costs.restore(row->signature, *device, row->estimate);
      ++restored;
    }
  }
  return restored;
}

}  // namespace geoneuron::policy
