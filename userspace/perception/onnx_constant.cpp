// SPDX-License-Identifier: MIT
#include "perception/onnx_constant.hpp"

#include "perception/onnx_legacy.hpp"
#include "perception/onnx_tensor.hpp"

namespace geoneuron::perception {
namespace {

template <typename T, typename Field>
Result<Tensor> list_of(const Field& field) {
  if (field.size() > kMaximumAttributeEntries)
    return invalid("has %d entries; at most %d are allowed", field.size(),
                   kMaximumAttributeEntries);
  const std::vector<T> values(field.begin(), field.end());
  return Tensor::from<T>({static_cast<int64_t>(values.size())}, values);
}

template <typename T>
Result<Tensor> scalar_of(T value) {
  return Tensor::from<T>(Shape(), std::span<const T>(&value, 1));
}

Result<Tensor> value_from(const onnx::AttributeProto& attribute, ExternalData& external) {
  const std::string& name = attribute.name();
  if (!attribute.ref_attr_name().empty())
    return make_error(ENOTSUP, "refers to a function's attribute; functions are not supported");
  if (name == "value" && attribute.has_t()) return tensor_from(attribute.t(), external);
  if (name == "value_float" && attribute.has_f()) return scalar_of<float>(attribute.f());
  if (name == "value_int" && attribute.has_i()) return scalar_of<int64_t>(attribute.i());
  if (name == "value_floats") return list_of<float>(attribute.floats());
  if (name == "value_ints") return list_of<int64_t>(attribute.ints());
  if (name == "sparse_value" || name == "value_string" || name == "value_strings")
    return make_error(ENOTSUP, "holds a sparse tensor or strings, which are not supported");
  return invalid("is not a value that a Constant has");
}

}  // namespace

Result<Tensor> constant_from(const onnx::NodeProto& node, int64_t opset, ExternalData& external) {
  if (opset > kGreatestKnownOpset)
    return make_error(ENOTSUP, "Constant of operator set %lld is not supported; sets 1 to %lld are",
                      static_cast<long long>(opset), static_cast<long long>(kGreatestKnownOpset));
  if (node.attribute_size() != 1)
    return invalid("has %d attributes; a Constant has exactly one", node.attribute_size());
  const auto& attribute = node.attribute(0);
  return with_context(value_from(attribute, external), "attribute " + quoted(attribute.name()));
}

}  // namespace geoneuron::perception
