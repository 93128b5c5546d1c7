// SPDX-License-Identifier: MIT
#include "perception/slice.hpp"

#include <algorithm>
#include <numeric>

#include "perception/axes.hpp"
#include "perception/operand.hpp"

namespace geoneuron::perception {
namespace {

// Steps beyond any tensor's extent reach one element only; clamping keeps sums inside int64.
constexpr int64_t kMaximumStep = Shape::kMaximumElements;

SliceAxis forward(int64_t start, int64_t end, int64_t step, int64_t extent) {
  start = std::clamp<int64_t>(start, 0, extent);
  end = std::clamp<int64_t>(end, 0, extent);
  return {start, step, end > start ? (end - start + step - 1) / step : 0};
}

SliceAxis backward(int64_t start, int64_t end, int64_t step, int64_t extent) {
  start = std::clamp<int64_t>(start, 0, extent - 1);
  end = std::clamp<int64_t>(end, -1, extent - 1);
  return {start, step, start > end ? (start - end - step - 1) / -step : 0};
}

SliceAxis resolve(int64_t start, int64_t end, int64_t step, int64_t extent) {
  if (extent == 0) return {};
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  step = std::clamp(step, -kMaximumStep, kMaximumStep);
  SliceAxis axis =
      step > 0 ? forward(start, end, step, extent) : backward(start, end, step, extent);
  if (axis.count == 0) axis.start = 0;
  if (axis.count < 2) axis.step = 1;
  return axis;
}

}  // namespace

Result<std::vector<SliceAxis>> slice_axes(std::span<const Operand> operands) {
  const Shape& shape = operands[0].info.shape;
  const auto starts = GN_TRY(integer_list(operands, 1, "starts"));
  const auto ends = GN_TRY(integer_list(operands, 2, "ends"));
  std::vector<int64_t> axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (is_present(operands, 3)) axes = GN_TRY(integer_list(operands, 3, "axes"));
  std::vector<int64_t> steps(starts.size(), 1);
  if (is_present(operands, 4)) steps = GN_TRY(integer_list(operands, 4, "steps"));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    return invalid("starts, ends, axes and steps have %zu, %zu, %zu and %zu entries: must be equal",
                   starts.size(), ends.size(), axes.size(), steps.size());
  const auto normal = GN_TRY(normalized_axes(axes, shape.rank()));
  std::vector<SliceAxis> result;
  for (const int64_t extent : shape.extents()) result.push_back({0, 1, extent});
  for (size_t i = 0; i < normal.size(); ++i) {
    if (steps[i] == 0) return invalid("steps: entry %zu is 0; must be positive or negative", i);
    result[normal[i]] = resolve(starts[i], ends[i], steps[i], shape[normal[i]]);
  }
  return result;
}

}  // namespace geoneuron::perception
