// SPDX-License-Identifier: MIT
#include <algorithm>

#include "perception/axes.hpp"
#include "perception/operand.hpp"
#include "perception/shape_rules.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception::shape_rules {
namespace {

// Replaces 0 by the input's extent, unless `zero_is_zero`.
Result<void> copy_zeros(std::vector<int64_t>& wanted, const Shape& input, bool zero_is_zero) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != 0 || zero_is_zero) continue;
    if (i >= input.rank())
      return invalid("shape %s: entry %zu is 0, but the input %s has no such axis",
                     to_text(wanted).c_str(), i, input.to_string().c_str());
    wanted[i] = input[i];
  }
  return {};
}

// Replaces the one -1, if any, by what is left of the input's elements.
Result<void> fill_unknown(std::vector<int64_t>& wanted, const Shape& input) {
  const auto unknown = std::find(wanted.begin(), wanted.end(), -1);
  if (unknown == wanted.end()) return {};
  const std::string text = to_text(wanted);
  *unknown = 1;
  const Shape rest = GN_TRY(with_context(Shape::checked(wanted), "shape " + text));
  const int64_t count = rest.element_count();
  if (count == 0 || input.element_count() % count != 0)
    return invalid("shape %s: does not divide the %lld elements of the input %s", text.c_str(),
                   static_cast<long long>(input.element_count()), input.to_string().c_str());
  *unknown = input.element_count() / count;
  return {};
}

}  // namespace

Result<Infos> reshape(const Request& request) {
  const Shape& input = request.shape(0);
  std::vector<int64_t> wanted = GN_TRY(integer_list(request.operands, 1, "shape"));
  const std::string text = to_text(wanted);
  if (std::count(wanted.begin(), wanted.end(), -1) > 1)
    return invalid("shape %s: at most one entry may be -1", text.c_str());
  GN_TRY(copy_zeros(wanted, input, request.node.attributes.integer("allowzero", 0) != 0));
  GN_TRY(fill_unknown(wanted, input));
  Infos infos = GN_TRY(with_context(single(request, wanted), "shape " + text));
  if (infos[0].element_count() != input.element_count())
    return invalid("shape %s: has %lld elements, but the input %s has %lld", text.c_str(),
                   static_cast<long long>(infos[0].element_count()), input.to_string().c_str(),
                   static_cast<long long>(input.element_count()));
  return infos;
}

Result<Infos> flatten(const Request& request) {
  const Shape& input = request.shape(0);
  const auto rank = static_cast<int64_t>(input.rank());
  const int64_t axis = request.node.attributes.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return invalid("axis %lld: must lie in [-%lld, %lld]", static_cast<long long>(axis),
                   static_cast<long long>(rank), static_cast<long long>(rank));
  const auto first = static_cast<size_t>(axis < 0 ? axis + rank : axis);
  return single(request, {input.count(0, first), input.count(first, input.rank())});
}

// Shape 15: start and end are clamped into [0, rank].
Result<Infos> shape(const Request& request) {
  const auto rank = static_cast<int64_t>(request.shape(0).rank());
  const auto clamped = [rank](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  const int64_t start = clamped(request.node.attributes.integer("start", 0));
  const int64_t end = clamped(request.node.attributes.integer("end", rank));
  return Infos{{DataType::kInt64, {std::max<int64_t>(end - start, 0)}}};
}

Result<Infos> squeeze(const Request& request) {
  const Shape& input = request.shape(0);
  std::vector<int64_t> axes;
  const bool given = is_present(request.operands, 1);
  if (given) axes = GN_TRY(integer_list(request.operands, 1, "axes"));
  const auto normal = GN_TRY(normalized_axes(axes, input.rank()));
  for (const size_t axis : normal)
    if (input[axis] != 1)
      return invalid("axes %s: axis %zu of the input %s must be 1", to_text(axes).c_str(), axis,
                     input.to_string().c_str());
  std::vector<int64_t> extents;
  for (size_t i = 0; i < input.rank(); ++i) {
    const bool listed = std::find(normal.begin(), normal.end(), i) != normal.end();
    if (given ? !listed : input[i] != 1) extents.push_back(input[i]);
  }
  return single(request, std::move(extents));
}

Result<Infos> unsqueeze(const Request& request) {
  const Shape& input = request.shape(0);
  const auto axes = GN_TRY(integer_list(request.operands, 1, "axes"));
  const size_t rank = input.rank() + axes.size();
  const auto normal = GN_TRY(normalized_axes(axes, rank));
  std::vector<int64_t> extents;
  for (size_t i = 0, next = 0; i < rank; ++i) {
    const bool inserted = std::find(normal.begin(), normal.end(), i) != normal.end();
    extents.push_back(inserted ? 1 : input[next++]);
  }
  return single(request, std::move(extents));
}

}  // namespace geoneuron::perception::shape_rules
