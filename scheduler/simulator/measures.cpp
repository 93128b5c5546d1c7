// SPDX-License-Identifier: MIT
#include "simulator/measures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace geoneuron::simulator {
namespace {

using Row = std::map<std::string, double>;

double ms(uint64_t time_ns) {
  return static_cast<double>(time_ns) / 1e6;
}

void count(Row& row, const Request& request) {
  row["requests"] += 1;
  row["admitted"] += request.admitted();
  row["served"] += request.served();
  row["corrupt"] += request.end == End::kCorrupt;
  row["rejected"] += request.end == End::kRejected;
  row["banned"] += request.end == End::kBanned;
  row["expired"] += request.end == End::kExpired;
  row["failed"] += request.end == End::kFailed;
  row["failed_innocent"] += request.end == End::kFailed && !request.guilty;
  const bool missed = request.admitted() && request.deadline_ns != 0 &&
                      (request.late() || request.end == End::kExpired);
  row["missed"] += missed;
  if (request.end == End::kExpired)
    row["expiry_delay_ms"] =
        std::max(row["expiry_delay_ms"], ms(request.end_ns - request.deadline_ns));
}

// Requests come in order; where deadlines are as far off for all, no choice admits more but for the
// differences between their times.
void add_oracle(Row& row, const Request& request, uint64_t& free_ns) {
  if (request.deadline_ns == 0) return;
  const uint64_t end_ns = std::max(free_ns, request.arrival_ns) + request.compute_ns;
  if (end_ns > request.deadline_ns) return;
  free_ns = end_ns;
  row["oracle"] += 1;
}

void add_latencies(Row& row, std::vector<double>& latencies_ms) {
  for (const double percent : {50.0, 90.0, 99.0})
    row["p" + std::to_string(static_cast<int>(percent)) + "_ms"] =
        percentile(latencies_ms, percent);
  row["longest_ms"] = latencies_ms.empty() ? 0 : latencies_ms.back();
}

// By windows in which all of them were there: the first and the last ones are left out.
void add_fairness(Row& row, const Outcome& outcome) {
  size_t windows = outcome.served_ns.empty() ? 0 : ~size_t{0};
  for (const auto& [client, served] : outcome.served_ns) windows = std::min(windows, served.size());
  double jain_least = 1, lag_most = 0;
  std::vector<double> sums(outcome.served_ns.size());
  for (size_t window = 1; window + 1 < windows; ++window) {
    std::vector<double> shares;
    for (const auto& [client, served] : outcome.served_ns)
      shares.push_back(static_cast<double>(served[window]));
    jain_least = std::min(jain_least, jain_index(shares));
    for (size_t i = 0; i < shares.size(); ++i) sums[i] += shares[i];
    const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) /
                        static_cast<double>(std::max<size_t>(sums.size(), 1));
    for (const double sum : sums) lag_most = std::max(lag_most, std::abs(sum - mean) / 1e6);
  }
  row["jain_100ms"] = jain_least;
  row["lag_ms"] = lag_most;
}

}  // namespace

double percentile(std::vector<double>& values, double percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  return values[std::max<size_t>(static_cast<size_t>(rank), 1) - 1];
}

double jain_index(const std::vector<double>& shares) {
  double sum = 0, squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

Measures measure(const Workload& workload, const Outcome& outcome) {
  Measures measures;
  std::map<std::string, std::vector<double>> latencies_ms;
  std::map<std::string, uint64_t> oracles_ns;
  for (const Request& request : outcome.requests) {
    if (request.arrival_ns < workload.from_ns) continue;
    const bool traced = request.stream >= workload.streams.size();
    const std::string name = traced ? "trace" : workload.streams[request.stream].name;
    Row& row = measures[name];
    count(row, request);
    add_oracle(row, request, oracles_ns[name]);
    if (request.served()) latencies_ms[name].push_back(ms(request.latency_ns()));
    if (request.end_ns < workload.until_ns) row["device_ms"] += ms(request.device_ns);
  }
  for (auto& [name, values] : latencies_ms) add_latencies(measures[name], values);
  Row& all = measures["all"];
  add_fairness(all, outcome);
  all["batches"] = static_cast<double>(outcome.sent);
  all["jobs_per_batch"] = static_cast<double>(outcome.jobs_sent) /
                          static_cast<double>(std::max<uint64_t>(outcome.sent, 1));
  all["longest_batch_ms"] = ms(outcome.longest_batch_ns);
  all["losses"] = static_cast<double>(outcome.losses);
  all["guilty"] = static_cast<double>(outcome.guilty);
  all["trials"] = static_cast<double>(outcome.trials);
  all["violations"] = static_cast<double>(outcome.violations.size());
  return measures;
}

Interval interval(const std::vector<double>& values) {
  // Student's t for 95 %, by degrees of freedom from 1 on.
  static constexpr double kStudent[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                        2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                        2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                        2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
  Interval result;
  if (values.empty()) return result;
  const auto count = static_cast<double>(values.size());
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  const double student =
      values.size() - 2 < std::size(kStudent) ? kStudent[values.size() - 2] : 1.96;
  result.half = student * std::sqrt(squares / (count - 1) / count);
  return result;
}

}  // namespace geoneuron::simulator
