// SPDX-License-Identifier: MIT
#include <algorithm>

#include "perception/axes.hpp"
#include "perception/operand.hpp"
#include "perception/shape_rules.hpp"
#include "perception/window.hpp"

namespace geoneuron::perception::shape_rules {
namespace {

Result<Infos> windowed(const Request& request, int64_t channels, const Window& window) {
  std::vector<int64_t> extents = {request.shape(0)[0], channels};
  for (const int64_t extent : window.output_extents()) extents.push_back(extent);
  return single(request, std::move(extents));
}

Result<int64_t> group_of(const Request& request, int64_t channels) {
  const int64_t group = request.node.attributes.integer("group", 1);
  if (group < 1 || channels % group != 0)
    return invalid("group %lld: must be positive and divide the %lld channels",
                   static_cast<long long>(group), static_cast<long long>(channels));
  return group;
}

Result<void> check_bias(const Request& request, int64_t channels) {
  if (!is_present(request.operands, 2) || request.shape(2) == Shape({channels})) return {};
  return invalid("bias %s: must have shape %lld", request.shape(2).to_string().c_str(),
                 static_cast<long long>(channels));
}

Result<void> check_zero_or_one(const Request& request, const char* name) {
  const int64_t value = request.node.attributes.integer(name, 0);
  if (value == 0 || value == 1) return {};
  return invalid("%s: %lld; must be 0 or 1", name, static_cast<long long>(value));
}

}  // namespace

Result<Infos> convolution(const Request& request) {
  const Shape &input = request.shape(0), &weights = request.shape(1);
  const Window window = GN_TRY(convolution_window(request.node.attributes, input, weights));
  const int64_t group = GN_TRY(group_of(request, input[1]));
  if (weights[1] != input[1] / group)
    return invalid("weights %s: axis 1 must be %lld, the input's channels by group",
                   weights.to_string().c_str(), static_cast<long long>(input[1] / group));
  if (weights[0] % group != 0)
    return invalid("weights %s: axis 0 must be a multiple of group %lld",
                   weights.to_string().c_str(), static_cast<long long>(group));
  GN_TRY(check_bias(request, weights[0]));
  return windowed(request, weights[0], window);
}

Result<Infos> transposed_convolution(const Request& request) {
  const Shape &input = request.shape(0), &weights = request.shape(1);
  const Window window = GN_TRY(transposed_window(request.node.attributes, input, weights));
  const int64_t group = GN_TRY(group_of(request, input[1]));
  if (weights[0] != input[1])
    return invalid("weights %s: axis 0 must be %lld, the input's channels",
                   weights.to_string().c_str(), static_cast<long long>(input[1]));
  if (group > Shape::kMaximumElements / std::max<int64_t>(weights[1], 1))
    return invalid("group %lld: makes too many channels", static_cast<long long>(group));
  GN_TRY(check_bias(request, weights[1] * group));
  return windowed(request, weights[1] * group, window);
}

Result<Infos> average_pool(const Request& request) {
  GN_TRY(check_zero_or_one(request, "ceil_mode"));
  GN_TRY(check_zero_or_one(request, "count_include_pad"));
  const Window window = GN_TRY(pool_window(request.node.attributes, request.shape(0)));
  return windowed(request, request.shape(0)[1], window);
}

Result<Infos> max_pool(const Request& request) {
  GN_TRY(check_zero_or_one(request, "ceil_mode"));
  GN_TRY(check_zero_or_one(request, "storage_order"));
  const Window window = GN_TRY(pool_window(request.node.attributes, request.shape(0)));
  Infos infos = GN_TRY(windowed(request, request.shape(0)[1], window));
  infos.push_back({DataType::kInt64, infos[0].shape});
  return infos;
}

Result<Infos> global_pool(const Request& request) {
  std::vector<int64_t> extents = request.shape(0).extents();
  if (extents.size() < 2)
    return invalid("input %s: must have rank 2 or more", request.shape(0).to_string().c_str());
  if (std::find(extents.begin() + 2, extents.end(), 0) != extents.end())
    return invalid("input %s: has no elements to pool over", request.shape(0).to_string().c_str());
  std::fill(extents.begin() + 2, extents.end(), 1);
  return single(request, std::move(extents));
}

Result<Infos> reduce_mean(const Request& request) {
  std::vector<int64_t> extents = request.shape(0).extents();
  std::vector<int64_t> axes;
  if (is_present(request.operands, 1)) axes = GN_TRY(integer_list(request.operands, 1, "axes"));
  const auto normal = GN_TRY(normalized_axes(axes, extents.size()));
  const bool nothing = request.node.attributes.integer("noop_with_empty_axes", 0) != 0;
  if (normal.empty() && nothing) return same_as_input(request);
  const bool keep = request.node.attributes.integer("keepdims", 1) != 0;
  std::vector<int64_t> result;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const bool reduced =
        normal.empty() || std::find(normal.begin(), normal.end(), axis) != normal.end();
    if (!reduced) result.push_back(extents[axis]);
    if (reduced && keep) result.push_back(1);
  }
  return single(request, std::move(result));
}

}  // namespace geoneuron::perception::shape_rules
