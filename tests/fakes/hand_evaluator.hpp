// SPDX-License-Identifier: MIT
// A few operators by hand, for tests that must not depend on an engine: shape arithmetic of one
// axis, and element-wise float32 operators on equal shapes.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "perception/algorithmic_optimizer.hpp"

namespace geoneuron::perception {

inline Result<std::vector<Tensor>> evaluate_by_hand(const Node& node,
                                                    std::span<const Tensor> inputs) {
  const auto integers = [](std::vector<int64_t> values) {
    return std::vector<Tensor>{Tensor::from_int64s(std::move(values))};
  };
  const auto floats = [&](auto&& function) {
    Tensor result = Tensor::allocate(inputs[0].info()).value();
    const auto target = result.mutable_values<float>();
    for (size_t i = 0; i < target.size(); ++i) target[i] = function(i);
    return std::vector<Tensor>{result};
  };
  const auto at = [&](size_t input, size_t i) { return inputs[input].values<float>()[i]; };
  switch (node.op) {
    case Operator::kShape:
      return integers(inputs[0].shape().extents());
    case Operator::kConcat: {
      std::vector<int64_t> all;
      for (const Tensor& input : inputs) {
        const std::vector<int64_t> part = input.to_int64s().value();
        all.insert(all.end(), part.begin(), part.end());
      }
      return integers(all);
    }
    case Operator::kGather: {
      const std::vector<int64_t> from = inputs[0].to_int64s().value();
      std::vector<int64_t> picked = inputs[1].to_int64s().value();
      for (int64_t& i : picked) i = from.at(static_cast<size_t>(i));
      return integers(picked);
    }
    case Operator::kCast:
      return integers({static_cast<int64_t>(inputs[0].values<float>()[0])});
    case Operator::kIdentity:
      return std::vector<Tensor>{inputs[0]};
    case Operator::kReshape: {
      std::vector<int64_t> extents = inputs[1].to_int64s().value();
      int64_t rest = inputs[0].element_count();
      for (const int64_t extent : extents) rest /= extent > 0 ? extent : 1;
      std::replace(extents.begin(), extents.end(), int64_t{-1}, rest);
      return std::vector<Tensor>{inputs[0].reshaped(Shape(extents))};
    }
    case Operator::kRelu:
      return floats([&](size_t i) { return std::max(at(0, i), 0.0f); });
    case Operator::kNeg:
      return floats([&](size_t i) { return -at(0, i); });
    case Operator::kAdd:
      return floats([&](size_t i) { return at(0, i) + at(1, i); });
    case Operator::kMul:
      return floats([&](size_t i) { return at(0, i) * at(1, i); });
    default:
      return make_error(ENOTSUP, "%s: not evaluated by hand", node.name.c_str());
  }
}

}  // namespace geoneuron::perception
