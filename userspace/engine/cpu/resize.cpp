// SPDX-License-Identifier: MIT
// Resize: nearest by index maps; linear and cubic as weighted sums along one axis after the other.

#include <cmath>

#include "engine/cpu/mapped_copy.hpp"
#include "engine/cpu/operands.hpp"
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

// Mixes along the middle axis of `outer` x axis.input x `inner`.
template <typename C>
void mix(const C* source, C* target, int64_t outer, int64_t inner, const ResizeAxis& axis,
         const std::vector<Mixture>& mixtures) {
  parallel_for(outer * axis.output, inner * 2, [=, &axis, &mixtures](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Mixture& mixture = mixtures[static_cast<size_t>(row % axis.output)];
      const C* from = source + row / axis.output * axis.input * inner;
      C* to = target + row * inner;
      std::fill(to, to + inner, C{0});
      for (size_t k = 0; k < mixture.weights.size(); ++k) {
        const C weight = static_cast<C>(mixture.weights[k]);
        const C* element = from + mixture.elements[k] * inner;
        if (weight == C{0}) continue;
        for (int64_t i = 0; i < inner; ++i) to[i] += weight * element[i];
      }
    }
  });
}

// Writes `value` wherever the axis lies outside (tf_crop_and_resize).
template <typename C>
void extrapolate(C* target, const Shape& shape, size_t axis, const std::vector<Mixture>& mixtures,
                 C value) {
  const int64_t inner = shape.count(axis + 1, shape.rank());
  for (int64_t row = 0; row < shape.count(0, axis + 1); ++row)
    if (mixtures[static_cast<size_t>(row % shape[axis])].elements.empty())
      std::fill_n(target + row * inner, inner, value);
}

// Resizes one axis after the other.
template <typename C>
std::vector<C> mix_axes(std::vector<C> current, Shape shape, const ResizeParameters& parameters) {
  std::vector<std::vector<Mixture>> mixtures;
  for (size_t axis = 0; axis < parameters.axes.size(); ++axis) {
    const ResizeAxis& rule = parameters.axes[axis];
    mixtures.push_back(perception::mixtures_of(parameters, rule));
    const int64_t outer = shape.count(0, axis);
    const int64_t inner = shape.count(axis + 1, shape.rank());
    const bool crops =
        parameters.transformation == perception::CoordinateTransformation::kTfCropAndResize;
    if (rule.is_identity() && !crops) continue;
    shape[axis] = rule.output;
    std::vector<C> next(static_cast<size_t>(shape.element_count()));
    mix(current.data(), next.data(), outer, inner, rule, mixtures.back());
    current = std::move(next);
  }
  for (size_t axis = 0; axis < mixtures.size(); ++axis)
    extrapolate(current.data(), shape, axis, mixtures[axis],
                static_cast<C>(parameters.extrapolation_value));
  return current;
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

// Linear and cubic; integers are computed in double and rounded to nearest.
template <typename T>
void resize_smoothly(const Operation& operation, const ResizeParameters& parameters) {
  using C = std::conditional_t<kIsFloating<T>, Compute<T>, double>;
  const Tensor& input = operation.input(0);
  const T* source = elements<T>(input);
  std::vector<C> values(static_cast<size_t>(input.element_count()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<C>(source[i]);
  values = mix_axes(std::move(values), input.shape(), parameters);
  T* target = mutable_elements<T>(operation.output());
  for (size_t i = 0; i < values.size(); ++i) target[i] = rounded<T>(values[i]);
}

}  // namespace

Result<void> run_resize(const Operation& operation) {
  const Tensor& input = operation.input(0);
  Tensor& output = operation.output();
  const auto parameters =
      GN_TRY(perception::resize_parameters(operation.node, operands_of(operation)));
  if (output.element_count() == 0) return {};
  if (input.element_count() == 0)
    return invalid("%s has no elements to resize", input.info().to_string().c_str());
  if (parameters.axes.empty()) return run_copy(operation);
  if (parameters.mode != ResizeMode::kNearest)
    return dispatch_numeric(input.type(),
                            [&]<typename T>() { resize_smoothly<T>(operation, parameters); });
  return dispatch_all(input.type(), [&]<typename T>() {
    copy_mapped<T>(elements<T>(input), input.shape(), nearest_maps(parameters),
                   static_cast<T>(parameters.extrapolation_value), mutable_elements<T>(output));
  });
}

}  // namespace geoneuron::engine::cpu
