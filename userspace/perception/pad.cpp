// SPDX-License-Identifier: MIT
#include "perception/pad.hpp"

#include <numeric>

#include "perception/axes.hpp"
#include "perception/operand.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

Result<PadMode> mode_of(const Node& node) {
  const std::string text = node.attributes.text("mode", "constant");
  if (text == "constant") return PadMode::kConstant;
  if (text == "reflect") return PadMode::kReflect;
  if (text == "edge") return PadMode::kEdge;
  if (text == "wrap") return PadMode::kWrap;
  return invalid("mode \"%s\": must be constant, reflect, edge or wrap", text.c_str());
}

Result<void> check(const PadAxis& axis, PadMode mode, size_t number) {
  if (axis.output() < 0)
    return invalid("pads: remove more than the %lld elements of axis %zu",
                   static_cast<long long>(axis.input), number);
  const bool copies = mode != PadMode::kConstant && (axis.begin > 0 || axis.end > 0);
  if (copies && axis.input == 0)
    return invalid("pads: axis %zu has no elements to copy from", number);
  if (mode == PadMode::kReflect && (axis.begin >= axis.input || axis.end >= axis.input) && copies)
    return invalid("pads: reflect at axis %zu must add fewer than its %lld elements", number,
                   static_cast<long long>(axis.input));
  return {};
}

}  // namespace

int64_t pad_source(PadMode mode, const PadAxis& axis, int64_t at) {
  const int64_t x = at - axis.begin;
  if (x >= 0 && x < axis.input) return x;
  switch (mode) {
    case PadMode::kConstant:
      return -1;
    case PadMode::kEdge:
      return x < 0 ? 0 : axis.input - 1;
    case PadMode::kWrap:
      return (x % axis.input + axis.input) % axis.input;
    case PadMode::kReflect:
      break;
  }
  if (axis.input == 1) return 0;
  const int64_t period = 2 * (axis.input - 1);
  const int64_t folded = (x % period + period) % period;
  return folded < axis.input ? folded : period - folded;
}

Result<PadParameters> pad_parameters(const Node& node, std::span<const Operand> operands) {
  const Shape& shape = operands[0].info.shape;
  const auto pads = GN_TRY(integer_list(operands, 1, "pads"));
  std::vector<int64_t> axes(shape.rank());
  std::iota(axes.begin(), axes.end(), 0);
  if (is_present(operands, 3)) axes = GN_TRY(integer_list(operands, 3, "axes"));
  const auto normal = GN_TRY(normalized_axes(axes, shape.rank()));
  if (pads.size() != 2 * normal.size())
    return invalid("pads %s: must have %zu entries", to_text(pads).c_str(), 2 * normal.size());
  PadParameters result{GN_TRY(mode_of(node)), {}};
  for (const int64_t extent : shape.extents()) result.axes.push_back({extent, 0, 0});
  for (const int64_t pad : pads)
    if (pad < -Shape::kMaximumElements || pad > Shape::kMaximumElements)
      return invalid("pads %s: must lie within 2^40", to_text(pads).c_str());
  for (size_t i = 0; i < normal.size(); ++i) {
    PadAxis& axis = result.axes[normal[i]];
    axis.begin = pads[i];
    axis.end = pads[i + normal.size()];
    GN_TRY(check(axis, result.mode, normal[i]));
  }
  return result;
}

}  // namespace geoneuron::perception
