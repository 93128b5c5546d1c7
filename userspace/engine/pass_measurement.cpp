// SPDX-License-Identifier: MIT
#include "engine/pass_measurement.hpp"

#include <algorithm>

namespace geoneuron::engine {
namespace {

using perception::OptimizationMetadata;

struct Timing {
  uint64_t median_ns = 0;
  std::vector<OptimizationMetadata> metadata;
};

Result<void> throw_away(const std::string&, const perception::Tensor&) {
  return {};
}

// What is timed, but for the passes.
struct Setup {
  const MakeUnit& make_unit;
  const PerceptionRequest& request;
  KernelOptions options;
  size_t repetitions;
  perception::Evaluate evaluate;
  const std::function<uint64_t()>& clock;
};

Result<Timing> time_with(size_t pass_count, const Setup& setup) {
  KernelOptions options = setup.options;
  options.optimize = pass_count > 0;
  options.pass_count = pass_count;
  options.cache = false;
  auto unit = GN_TRY(setup.make_unit());
  const auto kernel =
      GN_TRY(NeuralPerceptionKernel::create(std::move(unit), options, nullptr, setup.evaluate));
  Timing timing;
  timing.metadata = GN_TRY(kernel->process_data(setup.request, throw_away)).passes;
  std::vector<uint64_t> times;
  for (size_t i = 0; i < std::max<size_t>(setup.repetitions, 1); ++i) {
    const uint64_t begin_ns = setup.clock();
    GN_TRY(kernel->process_data(setup.request, throw_away));
    times.push_back(setup.clock() - begin_ns);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(times.size() / 2),
                   times.end());
  timing.median_ns = times[times.size() / 2];
  return timing;
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

Result<PassMeasurement> measure_passes(const MakeUnit& make_unit, const PerceptionRequest& request,
                                       const KernelOptions& options, size_t repetitions,
                                       perception::Evaluate evaluate,
                                       const std::function<uint64_t()>& clock) {
  const Setup setup{make_unit, request, options, repetitions, std::move(evaluate), clock};
  const auto names = perception::pass_names();
  PassMeasurement measurement;
  uint64_t before_ns = GN_TRY(time_with(0, setup)).median_ns;
  measurement.plain_ns = before_ns;
  const Timing all = GN_TRY(time_with(names.size(), setup));
  measurement.optimized_ns = all.median_ns;
  for (size_t i = 0; i < names.size(); ++i) {
    PassGain gain = predicted_gain(names[i], all.metadata);
    if (gain.changes > 0) {
      const uint64_t now =
          i + 1 == names.size() ? all.median_ns : GN_TRY(time_with(i + 1, setup)).median_ns;
      gain.saved_ns = static_cast<int64_t>(before_ns) - static_cast<int64_t>(now);
      before_ns = now;
    }
    measurement.passes.push_back(std::move(gain));
  }
  return measurement;
}

}  // namespace geoneuron::engine
