// SPDX-License-Identifier: MIT
// Resize: nearest by index maps; linear and cubic as weighted sums.

#include <cmath>

#include "engine/cpu/mapped_copy.hpp"
#include "engine/cpu/operands.hpp"
#include "engine/cpu/scratch.hpp"
#include "perception/mixture.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Mixture;
using perception::ResizeAxis;
using perception::ResizeMode;
using perception::ResizeParameters;

AxisMaps nearest_maps(const ResizeParameters& parameters) {
  AxisMaps maps;
  for (const ResizeAxis& axis : parameters.axes) {
    std::vector<int64_t> map;
    for (int64_t i = 0; i < axis.output; ++i) {
      const double source = parameters.source(axis, i);
      map.push_back(parameters.is_outside(axis, source) ? kOutside
                                                        : parameters.nearest_element(axis, source));
    }
    maps.push_back(std::move(map));
  }
  return maps;
}

// Linear and cubic run line by line: a line is what the last mixed axis and those within it make of
// one position on the axes before it. Those before are mixed first, into a slab of the line's
// inputs; then the line is mixed along its axis.
struct Lines {
  const ResizeParameters& parameters;
  std::vector<bool> mixed;                     // by axis
  std::vector<int64_t> source_strides;         // by axis
  std::vector<std::vector<Mixture>> mixtures;  // by axis, empty where that is copied
  size_t axis = 0;                             // the last that is mixed
  bool has_slabs = false;                      // whether an axis before it is mixed
  int64_t count = 1;
  int64_t inner = 1;  // elements of one position on the axis

  int64_t slab() const { return parameters.axes[axis].input * inner; }
  int64_t length() const { return parameters.axes[axis].output * inner; }
  int64_t work() const { return 2 * (slab() + length()); }
};

// Without mixtures yet. An axis must be mixed.
Lines lines_of(const ResizeParameters& parameters, const Shape& input) {
  const bool crops =
      parameters.transformation == perception::CoordinateTransformation::kTfCropAndResize;
  Lines lines{parameters, {}, input.strides(), {}};
  for (const ResizeAxis& axis : parameters.axes) {
    lines.mixed.push_back(crops || !axis.is_identity());
    if (lines.mixed.back()) lines.axis = lines.mixed.size() - 1;
  }
  for (size_t axis = 0; axis < lines.axis; ++axis) {
    lines.has_slabs = lines.has_slabs || lines.mixed[axis];
    lines.count *= parameters.axes[axis].output;
  }
  lines.inner = input.count(lines.axis + 1, input.rank());
  return lines;
}

void find_mixtures(Lines& lines) {
  for (size_t axis = 0; axis < lines.mixed.size(); ++axis)
    lines.mixtures.push_back(
        lines.mixed[axis] ? perception::mixtures_of(lines.parameters, lines.parameters.axes[axis])
                          : std::vector<Mixture>());
}

// Integers are computed in double.
template <typename T>
using Mixed = std::conditional_t<kIsFloating<T>, Compute<T>, double>;

// Of each range of lines.
template <typename T>
struct LineBuffers {
  Mixed<T>* slabs = nullptr;  // null where lines are mixed from the input
  Mixed<T>* sums = nullptr;   // of `inner` elements; null where they are taken in place
};

template <typename T>
LineBuffers<T> take_buffers(Scratch& scratch, const Lines& lines) {
  const int64_t ranges = range_count(lines.count, lines.work());
  LineBuffers<T> buffers;
  if (lines.has_slabs) buffers.slabs = scratch.take<Mixed<T>>(ranges * lines.slab());
  if constexpr (!std::is_same_v<T, Mixed<T>>)
    buffers.sums = scratch.take<Mixed<T>>(ranges * lines.inner);
  return buffers;
}

// Where line `line` stands on `axis`, which lies before the lines' own.
int64_t position_of(const Lines& lines, int64_t line, size_t axis) {
  for (size_t after = lines.axis - 1; after > axis; --after)
    line /= lines.parameters.axes[after].output;
  return line % lines.parameters.axes[axis].output;
}

// Whether the line lies outside the input (tf_crop_and_resize).
bool is_outside(const Lines& lines, int64_t line) {
  for (size_t axis = 0; axis < lines.axis; ++axis) {
    if (!lines.mixed[axis]) continue;
    const auto position = static_cast<size_t>(position_of(lines, line, axis));
    if (lines.mixtures[axis][position].elements.empty()) return true;
  }
  return false;
}

// Calls visit(first element, weight) for the slabs of the input that make up the line's, from
// `axis` inwards.
template <typename Visit>
void for_each_slab(const Lines& lines, int64_t line, size_t axis, int64_t offset, double weight,
                   const Visit& visit) {
  if (axis == lines.axis) return visit(offset, weight);
  const int64_t position = position_of(lines, line, axis);
  const int64_t stride = lines.source_strides[axis];
  if (!lines.mixed[axis])
    return for_each_slab(lines, line, axis + 1, offset + position * stride, weight, visit);
  const Mixture& mixture = lines.mixtures[axis][static_cast<size_t>(position)];
  for (size_t k = 0; k < mixture.weights.size(); ++k)
    for_each_slab(lines, line, axis + 1, offset + mixture.elements[k] * stride,
                  weight * mixture.weights[k], visit);
}

// sums[i] += weight * source[i], but an element of weight 0 has no say, not even infinity.
template <typename C, typename T>
void add_weighted(double weight, const T* source, C* __restrict sums, int64_t count) {
  const C factor = static_cast<C>(weight);
  if (factor == C{0}) return;
  for (int64_t i = 0; i < count; ++i) sums[i] += factor * static_cast<C>(source[i]);
}

template <typename T, typename C>
T rounded(C value) {
  if constexpr (kIsFloating<T>)
    return static_cast<T>(value);
  else
    return static_cast<T>(std::clamp(std::nearbyint(value),
                                     static_cast<double>(std::numeric_limits<T>::lowest()),
                                     std::ldexp(1.0, std::numeric_limits<T>::digits) - 1));
}

// The elements of a line from its slab.
template <typename T, typename S>
void mix_line(const Lines& lines, const S* slab, Mixed<T>* sums, T* target) {
  const int64_t inner = lines.inner;
  const auto outside = static_cast<Mixed<T>>(lines.parameters.extrapolation_value);
  for (const Mixture& mixture : lines.mixtures[lines.axis]) {
    if constexpr (std::is_same_v<T, Mixed<T>>) sums = target;
    std::fill_n(sums, inner, mixture.elements.empty() ? outside : Mixed<T>{0});
    for (size_t k = 0; k < mixture.weights.size(); ++k)
      add_weighted(mixture.weights[k], slab + mixture.elements[k] * inner, sums, inner);
    if constexpr (!std::is_same_v<T, Mixed<T>>)
      for (int64_t i = 0; i < inner; ++i) target[i] = rounded<T>(sums[i]);
    target += inner;
  }
}

template <typename T>
void resize_line(const Lines& lines, const T* source, int64_t line, Mixed<T>* slab, Mixed<T>* sums,
                 T* target) {
  using C = Mixed<T>;
  if (is_outside(lines, line)) {
    const C value = static_cast<C>(lines.parameters.extrapolation_value);
    std::fill_n(target, lines.length(), rounded<T>(value));
    return;
  }
  if (!lines.has_slabs) return mix_line(lines, source + line * lines.slab(), sums, target);
  std::fill_n(slab, lines.slab(), C{0});
  for_each_slab(lines, line, 0, 0, 1.0, [&](int64_t offset, double weight) {
    add_weighted(weight, source + offset, slab, lines.slab());
  });
  mix_line(lines, slab, sums, target);
}

// Linear and cubic; integers are rounded to nearest.
template <typename T>
void resize_smoothly(const Operation& operation, const Lines& lines) {
  Scratch scratch(operation.scratch);
  const LineBuffers<T> buffers = take_buffers<T>(scratch, lines);
  const T* source = elements<T>(operation.input(0));
  T* target = mutable_elements<T>(operation.output());
  const auto body = [&](int64_t range, int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line)
      resize_line(lines, source, line, buffers.slabs + (lines.has_slabs ? range * lines.slab() : 0),
                  buffers.sums + (buffers.sums != nullptr ? range * lines.inner : 0),
                  target + line * lines.length());
  };
  parallel_ranges(lines.count, lines.work(), body);
}

bool mixes(const ResizeParameters& parameters) {
  const auto& axes = parameters.axes;
  const bool copies =
      std::all_of(axes.begin(), axes.end(),
                  [](const ResizeAxis& axis) { return axis.is_identity(); }) &&
      parameters.transformation != perception::CoordinateTransformation::kTfCropAndResize;
  return parameters.mode != ResizeMode::kNearest && !copies;
}

}  // namespace

Result<uint64_t> resize_scratch_bytes(const Prospect& prospect) {
  Scratch scratch;
  const TensorInfo& input = prospect.operands[0].info;
  if (input.element_count() == 0) return scratch.used_bytes();
  const auto parameters = GN_TRY(perception::resize_parameters(prospect.node, prospect.operands));
  if (!mixes(parameters)) return scratch.used_bytes();
  const Lines lines = lines_of(parameters, input.shape);
  GN_TRY(dispatch_numeric(input.type, [&]<typename T>() { take_buffers<T>(scratch, lines); }));
  return scratch.used_bytes();
}

Result<void> run_resize(const Operation& operation) {
  const Tensor& input = operation.input(0);
  Tensor& output = operation.output();
  const auto parameters =
      GN_TRY(perception::resize_parameters(operation.node, operands_of(operation)));
  if (output.element_count() == 0) return {};
  if (input.element_count() == 0)
    return invalid("%s has no elements to resize", input.info().to_string().c_str());
  if (parameters.axes.empty()) return run_copy(operation);
  if (mixes(parameters)) {
    Lines lines = lines_of(parameters, input.shape());
    find_mixtures(lines);
    return dispatch_numeric(input.type(),
                            [&]<typename T>() { resize_smoothly<T>(operation, lines); });
  }
  if (parameters.mode != ResizeMode::kNearest) return run_copy(operation);
  return dispatch_all(input.type(), [&]<typename T>() {
    copy_mapped<T>(elements<T>(input), input.shape(), nearest_maps(parameters),
                   static_cast<T>(parameters.extrapolation_value), mutable_elements<T>(output));
  });
}

}  // namespace geoneuron::engine::cpu
