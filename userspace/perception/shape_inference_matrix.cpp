// SPDX-License-Identifier: MIT
#include "perception/operand.hpp"
#include "perception/shape_rules.hpp"

namespace geoneuron::perception::shape_rules {
namespace {

Result<void> check_flag(const Request& request, const char* name) {
  const int64_t value = request.node.attributes.integer(name, 0);
  if (value == 0 || value == 1) return {};
  return invalid("%s: %lld; must be 0 or 1", name, static_cast<long long>(value));
}

// The batch axes of a matrix operand: all but the last two.
Shape batch_of(const Shape& shape) {
  const auto count = static_cast<int64_t>(shape.rank() < 2 ? 0 : shape.rank() - 2);
  return Shape(std::vector<int64_t>(shape.extents().begin(), shape.extents().begin() + count));
}

}  // namespace

// numpy.matmul: a rank 1 operand is a row on the left, a column on the right, and its axis goes.
Result<Infos> matrix_product(const Request& request) {
  const Shape &a = request.shape(0), &b = request.shape(1);
  if (a.rank() < 1 || b.rank() < 1) return invalid("operands must not be scalars");
  const int64_t inner_b = b.rank() == 1 ? b[0] : b[b.rank() - 2];
  if (a[a.rank() - 1] != inner_b)
    return invalid("operands %s and %s: inner extents %lld and %lld must be equal",
                   a.to_string().c_str(), b.to_string().c_str(),
                   static_cast<long long>(a[a.rank() - 1]), static_cast<long long>(inner_b));
  std::vector<int64_t> extents = GN_TRY(broadcast(batch_of(a), batch_of(b))).extents();
  if (a.rank() > 1) extents.push_back(a[a.rank() - 2]);
  if (b.rank() > 1) extents.push_back(b[b.rank() - 1]);
  return single(request, std::move(extents));
}

Result<Infos> gemm(const Request& request) {
  GN_TRY(check_flag(request, "transA"));
  GN_TRY(check_flag(request, "transB"));
  const Shape &a = request.shape(0), &b = request.shape(1);
  if (a.rank() != 2 || b.rank() != 2)
    return invalid("operands %s and %s: must have rank 2", a.to_string().c_str(),
                   b.to_string().c_str());
  const bool flip_a = request.node.attributes.integer("transA", 0) != 0;
  const bool flip_b = request.node.attributes.integer("transB", 0) != 0;
  const int64_t inner_a = a[flip_a ? 0 : 1], inner_b = b[flip_b ? 1 : 0];
  if (inner_a != inner_b)
    return invalid("operands %s and %s: inner extents %lld and %lld must be equal",
                   a.to_string().c_str(), b.to_string().c_str(), static_cast<long long>(inner_a),
                   static_cast<long long>(inner_b));
  const Shape result = {a[flip_a ? 1 : 0], b[flip_b ? 0 : 1]};
  if (is_present(request.operands, 2)) {
    const Shape joined = GN_TRY(broadcast(result, request.shape(2)));
    if (joined != result)
      return invalid("operand C %s: must broadcast to %s", request.shape(2).to_string().c_str(),
                     result.to_string().c_str());
  }
  return single(request, result.extents());
}

}  // namespace geoneuron::perception::shape_rules
