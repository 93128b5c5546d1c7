// SPDX-License-Identifier: MIT
// Resize: one axis after the other, each by a table of places and weights.
#include "perception/resize.hpp"

#include <algorithm>
#include <limits>

#include "engine/vulkan/operators/operation.hpp"
#include "perception/mixture.hpp"
#include "shaders/operators/constants.h"
#include "shaders/operators/resample.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Mixture;
using perception::ResizeAxis;
using perception::ResizeParameters;

constexpr uint32_t kExtrapolated = std::numeric_limits<uint32_t>::max();

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer, BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, input_extent = 1, output_extent = 1, inner = 1, taps = 1;
  float extrapolation = 0;
};

constexpr Shader kShader{"operators/resample", shaders::operators_resample, kBindings,
                         sizeof(Parameters)};

// [result position][tap], filled up with taps of weight 0.
struct Table {
  uint32_t taps = 1;
  std::vector<uint32_t> places;
  std::vector<float> weights;
};

Table table_of(const ResizeParameters& parameters, const ResizeAxis& axis) {
  const std::vector<Mixture> mixtures = perception::mixtures_of(parameters, axis);
  Table table;
  for (const Mixture& mixture : mixtures)
    table.taps = std::max(table.taps, static_cast<uint32_t>(mixture.elements.size()));
  for (const Mixture& mixture : mixtures)
    for (size_t tap = 0; tap < table.taps; ++tap) {
      const bool used = tap < mixture.elements.size();
      const uint32_t unused = mixture.elements.empty() ? kExtrapolated : 0;
      table.places.push_back(used ? static_cast<uint32_t>(mixture.elements[tap]) : unused);
      table.weights.push_back(used ? static_cast<float>(mixture.weights[tap]) : 0.0f);
    }
  return table;
}

Result<void> record_axis(Recorder& recorder, const ResizeParameters& rules, const ResizeAxis& axis,
                         Parameters parameters, const Binding& from, const Binding& to) {
  const Table table = table_of(rules, axis);
  if (table.taps > GN_LOOP_LIMIT)
    return make_error(ENOTSUP,
                      "%u input elements to one of the result: the device's loops end at "
                      "%d",
                      table.taps, GN_LOOP_LIMIT);
  parameters.input_extent = static_cast<uint32_t>(axis.input);
  parameters.output_extent = static_cast<uint32_t>(axis.output);
  parameters.taps = table.taps;
  parameters.extrapolation = rules.extrapolation_value;
  const Binding places = GN_TRY(recorder.upload(std::as_bytes(std::span(table.places))));
  const Binding weights = GN_TRY(recorder.upload(std::as_bytes(std::span(table.weights))));
  const Binding bindings[] = {to, from, with_format(places, VK_FORMAT_R32_UINT), weights};
  return recorder.dispatch(kShader, {}, bindings, bytes_of(parameters), parameters.count);
}

}  // namespace

Result<const char*> record_resize(Recorder& recorder, const Operation& operation) {
  const ResizeParameters rules =
      GN_TRY(perception::resize_parameters(operation.node, operation.operands()));
  const bool crops = rules.transformation == perception::CoordinateTransformation::kTfCropAndResize;
  std::vector<size_t> changed;
  for (size_t axis = 0; axis < rules.axes.size(); ++axis)
    if (!rules.axes[axis].is_identity() || crops) changed.push_back(axis);
  if (changed.empty()) return record_copy(recorder, operation);

  perception::Shape shape = operation.input_shape(0);
  Binding from = GN_TRY(recorder.place(operation.inputs[0]));
  for (size_t i = 0; i < changed.size(); ++i) {
    const ResizeAxis& axis = rules.axes[changed[i]];
    shape[changed[i]] = axis.output;
    const auto count = static_cast<uint64_t>(shape.element_count());
    const bool last = i + 1 == changed.size();
    const Binding to =
        last ? operation.outputs[0].place : GN_TRY(recorder.scratch(count * sizeof(float)));
    const Parameters parameters{
        .count = static_cast<uint32_t>(count),
        .inner = static_cast<uint32_t>(shape.count(changed[i] + 1, shape.rank()))};
    if (i > 0) recorder.barrier();
    GN_TRY(record_axis(recorder, rules, axis, parameters, from, to));
    from = to;
  }
  return "resample";
}

}  // namespace geoneuron::engine::vulkan
