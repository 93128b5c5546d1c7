// SPDX-License-Identifier: MIT
#include <algorithm>

#include "perception/axes.hpp"
#include "perception/operand.hpp"
#include "perception/pad.hpp"
#include "perception/resize.hpp"
#include "perception/shape_rules.hpp"
#include "perception/slice.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception::shape_rules {
namespace {

// The part sizes of Split 13 and 18: given, or as equal as the number of results allows, the last
// one smaller.
Result<std::vector<int64_t>> split_sizes(const Request& request, int64_t extent) {
  const size_t count = request.node.outputs.size();
  if (is_present(request.operands, 1)) return integer_list(request.operands, 1, "split");
  const int64_t parts = static_cast<int64_t>(count);
  const int64_t size = (extent + parts - 1) / parts;
  std::vector<int64_t> sizes(count, size);
  sizes.back() = extent - size * (parts - 1);
  if (sizes.back() < 0)
    return invalid("axis of %lld elements: cannot be split into %zu parts",
                   static_cast<long long>(extent), count);
  return sizes;
}

Result<void> check_sizes(const std::vector<int64_t>& sizes, size_t count, int64_t extent) {
  int64_t sum = 0;
  for (const int64_t size : sizes) {
    if (size < 0 || size > extent - sum)
      return invalid("split %s: must be non-negative and add up to %lld", to_text(sizes).c_str(),
                     static_cast<long long>(extent));
    sum += size;
  }
  if (sum != extent || sizes.size() != count)
    return invalid("split %s: must have %zu entries that add up to %lld", to_text(sizes).c_str(),
                   count, static_cast<long long>(extent));
  return {};
}

Result<void> check_joins(const Shape& first, const Shape& next, size_t axis) {
  bool fits = first.rank() == next.rank();
  for (size_t i = 0; fits && i < first.rank(); ++i) fits = i == axis || first[i] == next[i];
  if (fits) return {};
  return invalid("operands %s and %s: must agree in all axes but %zu", first.to_string().c_str(),
                 next.to_string().c_str(), axis);
}

}  // namespace

Result<Infos> concat(const Request& request) {
  if (!request.node.attributes.has("axis")) return invalid("axis: is missing");
  const Shape& first = request.shape(0);
  const size_t axis =
      GN_TRY(normalized_axis(request.node.attributes.integer("axis", 0), first.rank()));
  std::vector<int64_t> extents = first.extents();
  for (size_t i = 1; i < request.operands.size(); ++i) {
    if (!is_present(request.operands, i))
      return invalid("operand %zu is missing; none may be left out", i);
    GN_TRY(check_joins(first, request.shape(i), axis));
    extents[axis] += request.shape(i)[axis];
  }
  return single(request, std::move(extents));
}

Result<Infos> gather(const Request& request) {
  const Shape &data = request.shape(0), &indices = request.shape(1);
  const DataType type = request.info(1).type;
  if (type != DataType::kInt32 && type != DataType::kInt64)
    return invalid("operand indices is of type %s; must be int32 or int64",
                   std::string(name_of(type)).c_str());
  const size_t axis =
      GN_TRY(normalized_axis(request.node.attributes.integer("axis", 0), data.rank()));
  std::vector<int64_t> extents;
  for (size_t i = 0; i < data.rank(); ++i)
    if (i == axis)
      extents.insert(extents.end(), indices.extents().begin(), indices.extents().end());
    else
      extents.push_back(data[i]);
  return single(request, std::move(extents));
}

Result<Infos> pad(const Request& request) {
  const PadParameters parameters = GN_TRY(pad_parameters(request.node, request.operands));
  if (is_present(request.operands, 2)) {
    const TensorInfo& constant = request.info(2);
    if (constant.type != request.type() || constant.element_count() != 1)
      return invalid("operand constant_value %s: must be a %s scalar", constant.to_string().c_str(),
                     std::string(name_of(request.type())).c_str());
  }
  std::vector<int64_t> extents;
  for (const PadAxis& axis : parameters.axes) extents.push_back(axis.output());
  return single(request, std::move(extents));
}

Result<Infos> resize(const Request& request) {
  const ResizeParameters parameters = GN_TRY(resize_parameters(request.node, request.operands));
  std::vector<int64_t> extents;
  extents.reserve(parameters.axes.size());
  for (const ResizeAxis& axis : parameters.axes) extents.push_back(axis.output);
  return single(request, std::move(extents));
}

Result<Infos> slice(const Request& request) {
  const auto axes = GN_TRY(slice_axes(request.operands));
  std::vector<int64_t> extents;
  extents.reserve(axes.size());
  for (const SliceAxis& axis : axes) extents.push_back(axis.count);
  return single(request, std::move(extents));
}

Result<Infos> split(const Request& request) {
  const Shape& shape = request.shape(0);
  const size_t axis =
      GN_TRY(normalized_axis(request.node.attributes.integer("axis", 0), shape.rank()));
  const auto sizes = GN_TRY(split_sizes(request, shape[axis]));
  GN_TRY(check_sizes(sizes, request.node.outputs.size(), shape[axis]));
  Infos infos(sizes.size(), request.info(0));
  for (size_t i = 0; i < sizes.size(); ++i) infos[i].shape[axis] = sizes[i];
  return infos;
}

Result<Infos> transpose(const Request& request) {
  const Shape& shape = request.shape(0);
  std::vector<int64_t> extents(shape.extents().rbegin(), shape.extents().rend());
  if (!request.node.attributes.has("perm")) return single(request, std::move(extents));
  const std::vector<int64_t> order = request.node.attributes.integers("perm");
  const auto axes = normalized_axes(order, shape.rank());
  const bool negative = std::any_of(order.begin(), order.end(), [](int64_t a) { return a < 0; });
  if (!axes.has_value() || negative || order.size() != shape.rank())
    return invalid("perm %s: must hold each of the %zu axes once", to_text(order).c_str(),
                   shape.rank());
  for (size_t i = 0; i < order.size(); ++i) extents[i] = shape[axes.value()[i]];
  return single(request, std::move(extents));
}

}  // namespace geoneuron::perception::shape_rules
