// SPDX-License-Identifier: MIT
// Finding: one thing that `geoneuron bench` measured, with its aim. Pure functions; thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/load/latencies.hpp"

namespace geoneuron::cli::bench {

struct BenchOptions {
  std::string device;  // "": those that the benchmark is about
  double seconds = 2;  // of each side in each round
  uint32_t rounds = 5;
  uint64_t jobs = 200'000;  // of the soak
};

struct Finding {
  std::string name;      // "lavapipe/64x64"
  std::string what;      // which two sides, or which quantity
  std::string measured;  // for people
  std::string aim;       // "at least 6 times"; "": none
  std::optional<bool> met;
  nlohmann::ordered_json figures;  // for machines
};

// A ratio of two rates, each pair measured in one round.
Finding ratio_finding(const std::string& name, const std::string& what,
                      const std::vector<double>& ours, const std::vector<double>& theirs,
                      std::optional<double> at_least);
// Nothing was measured, and why.
Finding skipped(const std::string& name, const std::string& why);

std::string to_text(const std::vector<Finding>& findings);
nlohmann::ordered_json to_json(const std::vector<Finding>& findings);

// "3.1 on 2 cores": what else the machine had to do, which says how far figures can be trusted.
std::string load_text();

Result<std::vector<Finding>> bench_throughput(const BenchOptions& options);
Result<std::vector<Finding>> bench_interference(const BenchOptions& options);
Result<std::vector<Finding>> bench_overhead(const BenchOptions& options);
Result<std::vector<Finding>> bench_soak(const BenchOptions& options);

}  // namespace geoneuron::cli::bench
