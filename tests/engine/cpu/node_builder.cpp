// SPDX-License-Identifier: MIT
#include "engine/cpu/node_builder.hpp"

#include <gtest/gtest.h>

namespace geoneuron::engine::test {

Tensor run(const Node& node, const std::vector<Tensor>& inputs) {
  const auto results = run_all(node, inputs);
  if (results.has_value()) return results.value()[0];
  ADD_FAILURE() << results.error().message;
  return {};
}

}  // namespace geoneuron::engine::test
