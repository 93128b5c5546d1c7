// SPDX-License-Identifier: MIT
// Whole networks on the cores: optimiser on against off, answers from the cache against computing.
#include <filesystem>

#include "bench/networks.hpp"
#include "bench/pair.hpp"
#include "engine/cpu/cpu_unit.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::bench {
namespace {

using perception::Shape;

struct Network {
  const char* path;
  int64_t channels, extent;
  const char* remedy;
};

constexpr Network kDigits{GEONEURON_SOURCE "/models/digits.onnx", 1, 48, "restore it from git"};
constexpr Network kDetector{GEONEURON_SOURCE "/.cache/models/detector.onnx", 3, 640,
                            "fetch it with ./dev models"};

Result<engine::PerceptionRequest> request_for(const Network& network, Kept kept) {
  if (!std::filesystem::exists(network.path))
    return make_error(ENOENT, "%s is missing: %s", network.path, network.remedy);
  auto model = GN_TRY(perception::load_onnx(network.path));
  return request_for(std::make_shared<const perception::Model>(std::move(model)),
                     Shape{1, network.channels, network.extent, network.extent}, kept);
}

Result<Runner> runner_of(const Network& network, const engine::KernelOptions& options, Kept kept) {
  auto request = GN_TRY(request_for(network, kept));
  return Runner::create(GN_TRY(engine::CpuUnit::create(0)), options, std::move(request));
}

Side side_of(std::string name, Runner& runner) {
  return {std::move(name), [&runner]() -> Result<void> {
            GN_TRY(runner.run());
            return {};
          }};
}

void optimizer(benchmark::State& state, const Network& network, Kept kept) {
  engine::KernelOptions plain_options;
  plain_options.optimize = false;
  auto plain = runner_of(network, plain_options, kept);
  auto optimized = runner_of(network, {}, kept);
  if (!plain) return state.SkipWithError(plain.error().message.c_str());
  if (!optimized) return state.SkipWithError(optimized.error().message.c_str());
  const std::string what = kept == Kept::kAll ? ", every tensor kept" : ", outputs only";
  measure_pair(state, side_of("optimiser off", *plain), side_of("optimiser on" + what, *optimized));
}

// Runs, and insists that the answer comes from where it should.
Result<void> run_from(Runner& runner, bool cache) {
  const auto report = GN_TRY(runner.run());
  if (report.from_cache != cache)
    return invalid("the cache was expected to be %s", cache ? "hit" : "missed");
  return {};
}

void cache(benchmark::State& state, const Network& network) {
  auto runner = runner_of(network, {}, Kept::kOutputs);
  if (!runner) return state.SkipWithError(runner.error().message.c_str());
  runner->request().use_cache = true;
  auto& [name, input] = *runner->request().inputs.begin();
  // Other inputs each time: looked up in vain, computed and stored.
  float seed = 0;
  const auto miss = [&]() -> Result<void> {
    input.mutable_values<float>()[0] = ++seed;
    return run_from(*runner, false);
  };
  const auto hit = [&]() -> Result<void> { return run_from(*runner, true); };
  measure_pair(state, {"miss", miss}, {"cache hit", hit});
}

BENCHMARK_CAPTURE(optimizer, digits, kDigits, Kept::kOutputs)->Apply(usual_pairs);
BENCHMARK_CAPTURE(optimizer, digits_keep_all, kDigits, Kept::kAll)->Apply(usual_pairs);
BENCHMARK_CAPTURE(optimizer, detector, kDetector, Kept::kOutputs)->Apply(few_pairs);
BENCHMARK_CAPTURE(optimizer, detector_keep_all, kDetector, Kept::kAll)->Apply(few_pairs);
BENCHMARK_CAPTURE(cache, digits, kDigits)->Apply(usual_pairs);
BENCHMARK_CAPTURE(cache, detector, kDetector)->Apply(few_pairs);

}  // namespace
}  // namespace geoneuron::bench
