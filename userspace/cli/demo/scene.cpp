// SPDX-License-Identifier: MIT
#include "cli/demo/scene.hpp"

#include <array>
#include <cstdio>

namespace geoneuron::cli::demo {
namespace {

void say_time(const TensorSet& set) {
  std::printf("  %-28s %zu tensor%s in %.0f ms\n", set.device.c_str(), set.tensors.size(),
              set.tensors.size() == 1 ? "" : "s", set.seconds * 1e3);
  std::fflush(stdout);
}

}  // namespace

Result<std::vector<TensorSet>> perceive_everywhere(
    Studio& studio, const ModelPointer& model,
    const std::map<std::string, perception::Tensor>& inputs, const std::set<std::string>& keep,
    Scene& scene) {
  std::vector<TensorSet> sets;
  for (Engine& engine : studio.engines()) {
    sets.push_back(GN_TRY(with_context(perceive(engine, model, inputs, keep), engine.device.id)));
    say_time(sets.back());
  }
  for (size_t i = 1; i < sets.size(); ++i) {
    const Difference difference = GN_TRY(largest_difference(sets[0], sets[i]));
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(),
                  "Between the tensors of %s and %s the largest difference is %.3g, in %s, whose "
                  "values reach %.3g.",
                  sets[0].device.c_str(), sets[i].device.c_str(), difference.largest,
                  difference.tensor.empty() ? "none" : difference.tensor.c_str(),
                  difference.magnitude);
    std::printf("  %s\n", text.data());
    scene.comparison.push_back(text.data());
  }
  return sets;
}

}  // namespace geoneuron::cli::demo
