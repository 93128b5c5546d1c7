// SPDX-License-Identifier: MIT
#include "perception/operand.hpp"

namespace geoneuron::perception {
namespace {

Result<const Tensor*> list_tensor(std::span<const Operand> operands, size_t position,
                                  const char* name) {
  if (!is_present(operands, position)) return invalid("operand %s: is missing", name);
  const Operand& operand = operands[position];
  const Shape& shape = operand.info.shape;
  if (shape.rank() > 1 || shape.element_count() > kMaximumListLength)
    return invalid("operand %s %s: must be a list of at most %lld entries", name,
                   shape.to_string().c_str(), static_cast<long long>(kMaximumListLength));
  if (operand.value == nullptr)
    return make_error(EAGAIN, "operand %s: must be known before the shape is", name);
  return operand.value;
}

}  // namespace

bool is_present(std::span<const Operand> operands, size_t position) {
  return position < operands.size() && operands[position].info.type != DataType::kUndefined;
}

Result<std::vector<int64_t>> integer_list(std::span<const Operand> operands, size_t position,
                                          const char* name) {
  const Tensor* tensor = GN_TRY(list_tensor(operands, position, name));
  return with_context(tensor->to_int64s(), std::string("operand ") + name);
}

Result<std::vector<float>> number_list(std::span<const Operand> operands, size_t position,
                                       const char* name) {
  const Tensor* tensor = GN_TRY(list_tensor(operands, position, name));
  if (!is_floating(tensor->type()))
    return invalid("operand %s %s: must be of a floating-point type", name,
                   tensor->info().to_string().c_str());
  const Tensor converted = GN_TRY(tensor->to_float32());
  const auto values = converted.values<float>();
  return std::vector<float>(values.begin(), values.end());
}

}  // namespace geoneuron::perception
