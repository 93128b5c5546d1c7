// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include "perception/operand.hpp"
#include "perception/shape_rules.hpp"
#include "perception/softmax.hpp"

namespace geoneuron::perception::shape_rules {
namespace {

Result<void> check_vector(const Request& request, size_t position, const char* name,
                          int64_t channels) {
  const TensorInfo& info = request.info(position);
  if (!is_floating(info.type) || info.shape != Shape({channels}))
    return invalid("operand %s %s: must be floating-point of shape %lld", name,
                   info.to_string().c_str(), static_cast<long long>(channels));
  return {};
}

Result<void> check_scalar(const Request& request, size_t position, const char* name) {
  if (!is_present(request.operands, position)) return {};
  if (request.shape(position).element_count() == 1) return {};
  return invalid("operand %s %s: must be a scalar", name,
                 request.info(position).to_string().c_str());
}

}  // namespace

Result<Infos> single(const Request& request, std::vector<int64_t> extents) {
  Shape checked = GN_TRY(Shape::checked(std::move(extents)));
  return Infos{{request.type(), std::move(checked)}};
}

Result<Infos> same_as_input(const Request& request) {
  return Infos{request.info(0)};
}

Result<Infos> broadcast_all(const Request& request) {
  Shape result = request.shape(0);
  for (size_t i = 1; i < request.operands.size(); ++i) {
    if (!is_present(request.operands, i))
      return invalid("operand %zu is missing; none may be left out", i);
    result = GN_TRY(broadcast(result, request.shape(i)));
  }
  return Infos{{request.type(), std::move(result)}};
}

Result<Infos> power(const Request& request) {
  if (request.info(1).type == DataType::kBool)
    return invalid("operand 1 is of type bool; must be a number");
  return broadcast_all(request);
}

Result<Infos> cast(const Request& request) {
  const int64_t to = request.node.attributes.integer("to", 0);
  const bool fits = to > 0 && to <= std::numeric_limits<int32_t>::max();
  const auto type = fits ? static_cast<DataType>(to) : DataType::kUndefined;
  if (size_of(type) == 0)
    return invalid(
        "to: %lld is no element type that geoneuron has; must be that of float16, float32, "
        "float64, (u)int8 to 64 or bool",
        static_cast<long long>(to));
  return Infos{{type, request.shape(0)}};
}

Result<Infos> clip(const Request& request) {
  GN_TRY(check_scalar(request, 1, "min"));
  GN_TRY(check_scalar(request, 2, "max"));
  return same_as_input(request);
}

// Operands 1 and 2 are there only where a caller decides about training: with a ratio of 0 even
// training copies, and anything else would be random.
Result<Infos> dropout(const Request& request) {
  GN_TRY(check_scalar(request, 1, "ratio"));
  GN_TRY(check_scalar(request, 2, "training_mode"));
  if (is_present(request.operands, 2)) {
    const auto training = GN_TRY(integer_list(request.operands, 2, "training_mode"));
    std::vector<float> ratio = {0.5f};
    if (is_present(request.operands, 1)) ratio = GN_TRY(number_list(request.operands, 1, "ratio"));
    if (training[0] != 0 && ratio[0] != 0)
      return make_error(ENOTSUP,
                        "Dropout in training is random, which is not supported; training_mode "
                        "must be false or ratio 0");
  }
  return Infos{request.info(0), {DataType::kBool, request.shape(0)}};
}

Result<Infos> softmax(const Request& request) {
  GN_TRY(softmax_lines(request.node, request.shape(0)));
  return same_as_input(request);
}

Result<Infos> batch_normalization(const Request& request) {
  const Shape& shape = request.shape(0);
  if (shape.rank() < 1) return invalid("input scalar: must have rank 1 or more");
  const int64_t channels = shape.rank() < 2 ? 1 : shape[1];
  constexpr const char* kNames[] = {"scale", "B", "mean", "var"};
  for (size_t i = 0; i < 4; ++i) GN_TRY(check_vector(request, i + 1, kNames[i], channels));
  const float epsilon = request.node.attributes.number("epsilon", 1e-5f);
  if (!std::isfinite(epsilon) || epsilon < 0)
    return invalid("epsilon: %g; must be finite and not negative", static_cast<double>(epsilon));
  const bool training = request.node.attributes.integer("training_mode", 0) != 0;
  if (!training && request.node.outputs.size() > 1)
    return invalid("has %zu results; outside training there is one", request.node.outputs.size());
  return Infos{request.info(0), request.info(3), request.info(4)};
}

}  // namespace geoneuron::perception::shape_rules
