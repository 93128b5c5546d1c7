// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/reduction.hpp"

#include <algorithm>

#include "engine/vulkan/operators/strided_loop.hpp"
#include "perception/axes.hpp"
#include "perception/operand.hpp"
#include "shaders/operators/constants.h"
#include "shaders/operators/normalise.hpp"
#include "shaders/operators/reduce.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Operator;
using perception::Shape;

// Elements up to which one invocation reduces alone; longer sets are cut into chunks of half this,
// which also keeps rounding errors of sums small.
constexpr uint64_t kSingleChunk = 2048;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, chunks = 1, chunk_length = 0, elements = 0;
  float scale = 1;
  LoopArray extents{}, strides{};
};

constexpr Shader kShader{"operators/reduce", shaders::operators_reduce, kBindings,
                         sizeof(Parameters)};

uint64_t chunk_length_for(uint64_t elements) {
  if (elements <= kSingleChunk) return elements;
  // Two levels must do: neither loop may exceed the limit.
  return std::max<uint64_t>(kSingleChunk / 2, (elements + GN_LOOP_LIMIT - 1) / GN_LOOP_LIMIT);
}

Result<void> record_pass(Recorder& recorder, const ReductionRequest& request,
                         const StridedLoop& kept, const StridedLoop& reduced, uint64_t chunk,
                         float scale) {
  if (kept.rank() + reduced.rank() > kMaximumLoopRank)
    return make_error(ENOTSUP, "a reduction over %u separate axes: at most %zu",
                      kept.rank() + reduced.rank(), kMaximumLoopRank);
  if (chunk > GN_LOOP_LIMIT)
    return make_error(ENOTSUP, "a reduction of more than %d elements",
                      GN_LOOP_LIMIT * GN_LOOP_LIMIT);
  Parameters parameters;
  parameters.elements = static_cast<uint32_t>(reduced.count());
  parameters.chunk_length = static_cast<uint32_t>(chunk);
  parameters.chunks = static_cast<uint32_t>((reduced.count() + chunk - 1) / chunk);
  parameters.count = static_cast<uint32_t>(kept.count() * parameters.chunks);
  parameters.scale = scale;
  parameters.extents = kept.extents();
  parameters.strides = kept.strides(0);
  for (size_t i = 0; i < reduced.rank(); ++i) {
    parameters.extents[kept.rank() + i] = reduced.extents()[i];
    parameters.strides[kept.rank() + i] = reduced.strides(0)[i];
  }
  const uint32_t constants[] = {request.kind, kept.rank(), reduced.rank()};
  const bool shifted = request.kind == GN_REDUCE_SUM_EXP;
  const Binding bindings[] = {request.to, request.from, shifted ? request.shifts : request.from};
  return recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count);
}

}  // namespace

Result<void> record_reduction(Recorder& recorder, const ReductionRequest& request) {
  const StridedLoop kept(request.kept, {request.kept_strides});
  const StridedLoop reduced(request.reduced, {request.reduced_strides});
  const uint64_t chunk = chunk_length_for(reduced.count());
  const uint64_t chunks = (reduced.count() + chunk - 1) / chunk;
  if (chunks == 1) return record_pass(recorder, request, kept, reduced, chunk, request.scale);

  ReductionRequest first = request;
  first.to = GN_TRY(recorder.scratch(kept.count() * chunks * sizeof(float)));
  GN_TRY(record_pass(recorder, first, kept, reduced, chunk, 1.0f));
  recorder.barrier();
  ReductionRequest second = request;
  second.kind = request.kind == GN_REDUCE_MAX ? GN_REDUCE_MAX : GN_REDUCE_SUM;
  second.from = first.to;
  const auto length = static_cast<int64_t>(chunks);
  const StridedLoop results({static_cast<int64_t>(kept.count())}, {{length}});
  return record_pass(recorder, second, results, StridedLoop({length}, {{1}}), chunks,
                     request.scale);
}

Result<const char*> record_reduce_mean(Recorder& recorder, const Operation& operation) {
  const Shape& shape = operation.input_shape(0);
  const std::vector<perception::Operand> operands = operation.operands();
  std::vector<int64_t> listed;
  if (perception::is_present(operands, 1))
    listed = GN_TRY(perception::integer_list(operands, 1, "axes"));
  if (listed.empty() && operation.node.attributes.integer("noop_with_empty_axes", 0) != 0)
    return record_copy(recorder, operation);
  const std::vector<size_t> axes = GN_TRY(perception::normalized_axes(listed, shape.rank()));
  ReductionRequest request{.kind = GN_REDUCE_SUM,
                           .from = GN_TRY(recorder.place(operation.inputs[0])),
                           .to = operation.outputs[0].place};
  int64_t length = 1;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    const bool is_reduced = axes.empty() || std::find(axes.begin(), axes.end(), axis) != axes.end();
    (is_reduced ? request.reduced : request.kept).push_back(shape[axis]);
    (is_reduced ? request.reduced_strides : request.kept_strides).push_back(shape.strides()[axis]);
    if (is_reduced) length *= shape[axis];
  }
  request.scale = 1.0f / static_cast<float>(length);
  GN_TRY(record_reduction(recorder, request));
  return "reduce";
}

Result<const char*> record_global_pool(Recorder& recorder, const Operation& operation) {
  const Shape& shape = operation.input_shape(0);
  const int64_t maps = shape.count(0, 2), pixels = shape.count(2, shape.rank());
  const bool average = operation.node.op == Operator::kGlobalAveragePool;
  ReductionRequest request{.kind = average ? uint32_t{GN_REDUCE_SUM} : uint32_t{GN_REDUCE_MAX},
                           .from = GN_TRY(recorder.place(operation.inputs[0])),
                           .to = operation.outputs[0].place,
                           .kept = {maps},
                           .kept_strides = {pixels},
                           .reduced = {pixels},
                           .reduced_strides = {1}};
  request.scale = 1.0f / static_cast<float>(pixels);
  GN_TRY(record_reduction(recorder, request));
  return "reduce";
}

}  // namespace geoneuron::engine::vulkan
