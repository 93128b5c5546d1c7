// SPDX-License-Identifier: MIT
#include "engine/pass_measurement.hpp"

#include <algorithm>

namespace geoneuron::engine {
namespace {

using perception::OptimizationMetadata;

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

// The network under the first so many passes, ready to be timed.
struct Variant {
  std::unique_ptr<NeuralPerceptionKernel> kernel;
  PerceptionReport first_run;  // not timed: it plans and prepares
};

Result<Variant> prepare(size_t pass_count, const Setup& setup) {
  KernelOptions options = setup.options;
  options.optimize = pass_count > 0;
  options.pass_count = pass_count;
  options.cache = false;
  auto unit = GN_TRY(setup.make_unit());
  Variant variant;
  variant.kernel =
      GN_TRY(NeuralPerceptionKernel::create(std::move(unit), options, nullptr, setup.evaluate));
  variant.first_run = GN_TRY(variant.kernel->process_data(setup.request, throw_away));
  return variant;
}

Result<int64_t> time_once(const Variant& variant, const Setup& setup) {
  const uint64_t begin_ns = setup.clock();
  GN_TRY(variant.kernel->process_data(setup.request, throw_away));
  return static_cast<int64_t>(setup.clock() - begin_ns);
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
Result<Comparison> compare(const Variant& before, const Variant& after, const Setup& setup) {
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

Result<PassMeasurement> measure_passes(const MakeUnit& make_unit, const PerceptionRequest& request,
                                       const KernelOptions& options, size_t repetitions,
                                       perception::Evaluate evaluate,
                                       const std::function<uint64_t()>& clock) {
  const Setup setup{make_unit, request, options, repetitions, std::move(evaluate), clock};
  const auto names = perception::pass_names();
  PassMeasurement measurement;
  Variant before = GN_TRY(prepare(0, setup));
  Variant after = GN_TRY(prepare(names.size(), setup));
  const Comparison all = GN_TRY(compare(before, after, setup));
  measurement.plain_ns = static_cast<uint64_t>(all.before_ns);
  measurement.optimized_ns = static_cast<uint64_t>(all.after_ns);
  measurement.nodes = std::move(after.first_run.nodes);
  const auto metadata = std::move(after.first_run.passes);
  for (size_t i = 0; i < names.size(); ++i) {
    PassGain gain = predicted_gain(names[i], metadata);
    if (gain.changes > 0) {
      after = {};  // two variants at a time take memory enough
      after = GN_TRY(prepare(i + 1, setup));
      gain.saved_ns = GN_TRY(compare(before, after, setup)).saved_ns;
      before = std::move(after);
    }
    measurement.passes.push_back(std::move(gain));
  }
  return measurement;
}

}  // namespace geoneuron::engine
