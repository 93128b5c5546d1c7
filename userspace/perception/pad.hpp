// SPDX-License-Identifier: MIT
// Pad (sets 1-19) with pads and axes resolved, for shape inference and all engines alike. Pure
// functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

enum class PadMode : uint8_t { kConstant, kReflect, kEdge, kWrap };

// Elements added at both ends of one axis; negative numbers remove elements.
struct PadAxis {
  int64_t input = 0;
  int64_t begin = 0;
  int64_t end = 0;

  int64_t output() const { return input + begin + end; }
  bool operator==(const PadAxis&) const = default;
};

struct PadParameters {
  PadMode mode = PadMode::kConstant;
  std::vector<PadAxis> axes;  // one per axis of the data
};

// The input element that result position `at` of an axis shows; negative where the constant does.
int64_t pad_source(PadMode mode, const PadAxis& axis, int64_t at);

// Operands are data, pads, constant_value?, axes?, as in Pad 18; pads and axes need their values.
// EINVAL where the result would have a negative extent, or where reflect, edge or wrap have nothing
// to copy from.
Result<PadParameters> pad_parameters(const Node& node, std::span<const Operand> operands);

}  // namespace geoneuron::perception
