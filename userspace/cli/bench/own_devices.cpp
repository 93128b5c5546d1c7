// SPDX-License-Identifier: MIT
#include "cli/bench/own_devices.hpp"

#include <algorithm>
#include <sstream>

#include "cli/load/clock.hpp"

namespace geoneuron::cli::bench {
namespace {

constexpr const char* kProgram = "geoneuron-own-device";
constexpr uint64_t kPatience_ns = 60 * load::kSecond_ns;

uint64_t median(std::vector<uint64_t> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace

Result<OwnDevices> OwnDevices::start(const OwnDevicesOptions& options) {
  const std::string program = GN_TRY(load::program_beside_this_one(kProgram));
  std::vector<load::ChildProgram> programs;
  programs.reserve(options.processes);
  for (uint32_t i = 0; i < options.processes; ++i)
    programs.push_back(GN_TRY(load::ChildProgram::start(
        {program, options.device, std::to_string(options.extent), std::to_string(options.threads),
         options.plain_loop ? "plain" : "engine"})));
  for (load::ChildProgram& child : programs) GN_TRY(child.read_line(kPatience_ns));  // "ready"
  return OwnDevices(std::move(programs));
}

Result<OwnDevicesOutcome> OwnDevices::run(double seconds) {
  for (load::ChildProgram& child : programs_) GN_TRY(child.write_line(std::to_string(seconds)));
  OwnDevicesOutcome outcome;
  std::vector<uint64_t> p50, p99;
  for (load::ChildProgram& child : programs_) {
    const auto patience_ns = kPatience_ns + static_cast<uint64_t>(seconds * 1e9);
    std::istringstream line(GN_TRY(child.read_line(patience_ns)));
    uint64_t jobs = 0, elapsed_ns = 0;
    line >> jobs >> elapsed_ns >> p50.emplace_back() >> p99.emplace_back();
    if (!line || elapsed_ns == 0)
      return make_error(EPROTO, "%s: said '%s', not its figures", kProgram, line.str().c_str());
    outcome.rate += static_cast<double>(jobs) * 1e9 / static_cast<double>(elapsed_ns);
  }
  outcome.p50_ns = median(p50);
  outcome.p99_ns = median(p99);
  return outcome;
}

}  // namespace geoneuron::cli::bench
