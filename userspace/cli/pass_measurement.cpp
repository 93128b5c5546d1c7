// SPDX-License-Identifier: MIT
#include "cli/pass_measurement.hpp"

#include <algorithm>

#include "perception/algorithmic_optimizer.hpp"

namespace geoneuron::cli {
namespace {

using perception::OptimizationMetadata;

// What is timed, but for the passes.
struct Setup {
  const RunWithPasses& run;
  size_t repetitions;
};

Result<int64_t> time_once(size_t pass_count, const Setup& setup) {
  return static_cast<int64_t>(GN_TRY(setup.run(pass_count)).duration_ns);
}

int64_t median(std::vector<int64_t> values) {
  std::ranges::sort(values);
  const size_t last = values.size() - 1;
  return values[last / 2] + (values[last - last / 2] - values[last / 2]) / 2;
}

// Medians of two variants' times, and of how much less the second one took than the first.
struct Comparison {
  int64_t before_ns = 0;
  int64_t after_ns = 0;
  int64_t saved_ns = 0;
};

// Runs both by turns, so that whatever else the machine does meets both; and each one first about
// as often as the other, so that it meets neither first.
Result<Comparison> compare(size_t before, size_t after, const Setup& setup) {
  std::vector<int64_t> before_ns, after_ns, saved_ns;
  for (size_t i = 0; i < std::max<size_t>(setup.repetitions, 1); ++i) {
    if (i % 2 == 0) before_ns.push_back(GN_TRY(time_once(before, setup)));
    after_ns.push_back(GN_TRY(time_once(after, setup)));
    if (i % 2 == 1) before_ns.push_back(GN_TRY(time_once(before, setup)));
    saved_ns.push_back(before_ns.back() - after_ns.back());
  }
  return Comparison{median(std::move(before_ns)), median(std::move(after_ns)),
                    median(std::move(saved_ns))};
}

PassGain predicted_gain(std::string_view pass, const std::vector<OptimizationMetadata>& metadata) {
  PassGain gain;
  gain.pass = pass;
  for (const OptimizationMetadata& entry : metadata) {
    if (entry.pass != pass) continue;
    ++gain.changes;
    gain.predicted_operations += entry.predicted_operations;
    gain.predicted_bytes += entry.predicted_bytes;
  }
  return gain;
}

}  // namespace

Result<PassMeasurement> measure_passes(const RunWithPasses& run, size_t repetitions) {
  const Setup setup{run, repetitions};
  const auto names = perception::pass_names();
  // The first runs plan and prepare, and are not timed.
  GN_TRY(run(0));
  PerceptionReport first = GN_TRY(run(names.size()));
  const Comparison all = GN_TRY(compare(0, names.size(), setup));
  PassMeasurement measurement;
  measurement.plain_ns = static_cast<uint64_t>(all.before_ns);
  measurement.optimized_ns = static_cast<uint64_t>(all.after_ns);
  measurement.nodes = std::move(first.nodes);
  size_t before = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    PassGain gain = predicted_gain(names[i], first.passes);
    if (gain.changes > 0) {
      GN_TRY(run(i + 1));
      gain.saved_ns = GN_TRY(compare(before, i + 1, setup)).saved_ns;
      before = i + 1;
    }
    measurement.passes.push_back(std::move(gain));
  }
  return measurement;
}

}  // namespace geoneuron::cli
