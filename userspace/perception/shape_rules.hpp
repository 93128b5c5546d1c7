// SPDX-License-Identifier: MIT
// The rules behind infer(), one per operator, grouped by family in shape_inference_<family>.cpp.
// Private to shape inference. Pure functions; thread-safe.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception::shape_rules {

// A node whose operand count and element types have been checked against its schema.
struct Request {
  const Node& node;
  std::span<const Operand> operands;

  const TensorInfo& info(size_t position) const { return operands[position].info; }
  const Shape& shape(size_t position) const { return operands[position].info.shape; }
  DataType type() const { return operands[0].info.type; }
};

using Infos = std::vector<TensorInfo>;
using Rule = Result<Infos> (*)(const Request&);

// One result of operand 0's type with these extents, checked.
Result<Infos> single(const Request& request, std::vector<int64_t> extents);

// Element-wise family.
Result<Infos> same_as_input(const Request& request);
Result<Infos> broadcast_all(const Request& request);
Result<Infos> power(const Request& request);
Result<Infos> cast(const Request& request);
Result<Infos> clip(const Request& request);
Result<Infos> dropout(const Request& request);
Result<Infos> softmax(const Request& request);
Result<Infos> batch_normalization(const Request& request);

// Window and reduction family.
Result<Infos> convolution(const Request& request);
Result<Infos> transposed_convolution(const Request& request);
Result<Infos> average_pool(const Request& request);
Result<Infos> max_pool(const Request& request);
Result<Infos> global_pool(const Request& request);
Result<Infos> reduce_mean(const Request& request);

// Matrix family.
Result<Infos> matrix_product(const Request& request);
Result<Infos> gemm(const Request& request);

// Movement family.
Result<Infos> concat(const Request& request);
Result<Infos> gather(const Request& request);
Result<Infos> pad(const Request& request);
Result<Infos> resize(const Request& request);
Result<Infos> slice(const Request& request);
Result<Infos> split(const Request& request);
Result<Infos> transpose(const Request& request);

// Reshaping family: the same elements in the same order, and Shape.
Result<Infos> flatten(const Request& request);
Result<Infos> reshape(const Request& request);
Result<Infos> shape(const Request& request);
Result<Infos> squeeze(const Request& request);
Result<Infos> unsqueeze(const Request& request);

}  // namespace geoneuron::perception::shape_rules
