// SPDX-License-Identifier: MIT
#include "perception/onnx_legacy_forms.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "perception/onnx_proto.hpp"
#include "perception/shape.hpp"

namespace geoneuron::perception::legacy_forms {
namespace {

Result<void> set_operand(Draft& draft, size_t position, ValueId id, const char* name) {
  auto& inputs = draft.node.inputs;
  if (position < inputs.size() && inputs[position] != kNoValue)
    return invalid("%s: is given as attribute and as operand; must be one of them", name);
  if (inputs.size() <= position) inputs.resize(position + 1, kNoValue);
  inputs[position] = id;
  return {};
}

// A scalar of that type with the value of `number`.
Result<Tensor> scalar(DataType type, float number) {
  Tensor tensor = GN_TRY(Tensor::allocate({type, Shape()}));
  dispatch(type, [&]<typename T>() {
    if constexpr (!std::is_integral_v<T>)
      tensor.mutable_values<T>()[0] = static_cast<T>(number);
    else
      tensor.mutable_values<T>()[0] = number > -9.2e18f && number < 9.2e18f
                                          ? static_cast<T>(static_cast<int64_t>(number))
                                          : T{};
  });
  return tensor;
}

size_t present_results(const Node& node) {
  const auto& outputs = node.outputs;
  return outputs.size() - static_cast<size_t>(std::count(outputs.begin(), outputs.end(), kNoValue));
}

// The trailing axes of extent 1 that B needs so that its first axis meets axis `axis` of A.
Result<std::vector<int64_t>> trailing_axes(Draft& draft, int64_t axis) {
  const auto rank_a = draft.builder.rank(draft.node.inputs[0]);
  const auto rank_b = draft.builder.rank(draft.node.inputs[1]);
  if (!rank_a || !rank_b)
    return make_error(ENOTSUP, "axis: needs operands of known rank; declare their shapes");
  const size_t first = GN_TRY(normalized_axis(axis, *rank_a));
  if (first + *rank_b > *rank_a)
    return invalid("axis %lld: operand 1 of rank %zu does not fit into rank %zu from there",
                   static_cast<long long>(axis), *rank_b, *rank_a);
  std::vector<int64_t> axes(*rank_a - first - *rank_b);
  std::iota(axes.begin(), axes.end(), static_cast<int64_t>(*rank_b));
  return axes;
}

bool is_zero(const Tensor& tensor) {
  if (!is_floating(tensor.type()) || tensor.element_count() != 1) return false;
  return dispatch(tensor.type(), [&]<typename T>() { return tensor.values<T>()[0] == T{}; });
}

// Whether Dropout's training_mode is true or not known yet. ENOTSUP where it is certainly random.
Result<bool> may_be_training(Draft& draft) {
  const auto& inputs = draft.node.inputs;
  if (inputs.size() < 3 || inputs[2] == kNoValue) return false;
  const Tensor* training = draft.builder.constant(inputs[2]);
  if (training == nullptr) return true;
  if (training->type() != DataType::kBool || training->element_count() != 1)
    return invalid("operand training_mode %s: must be a bool scalar",
                   training->info().to_string().c_str());
  if (!training->values<bool>()[0]) return false;
  const Tensor* ratio = draft.builder.constant(inputs[1]);
  if (inputs[1] != kNoValue && (ratio == nullptr || is_zero(*ratio))) return true;
  return make_error(ENOTSUP,
                    "training is random, which is not supported; training_mode must be false or "
                    "ratio 0");
}

// ONNX's numbers of element types have 32 bits, attributes 64.
Result<void> check_number(int64_t to) {
  if (to < 1 || to > std::numeric_limits<int32_t>::max())
    return invalid(
        "to: %lld is no element type; must be that of float16, float32, float64, (u)int8 to 64 or "
        "bool",
        static_cast<long long>(to));
  (void)GN_TRY(with_context(data_type_from(static_cast<int32_t>(to)), "to"));
  return {};
}

}  // namespace

Result<void> list_operand(Draft& draft, const char* name, size_t position) {
  Node& node = draft.node;
  if (!node.attributes.has(name)) return {};
  const std::vector<int64_t> list = node.attributes.integers(name);
  node.attributes.erase(name);
  const ValueId id = draft.builder.add_constant(node.name + "." + name, Tensor::from_int64s(list));
  return set_operand(draft, position, id, name);
}

Result<void> number_operand(Draft& draft, const char* name, size_t position) {
  Node& node = draft.node;
  if (!node.attributes.has(name)) return {};
  const DataType type = draft.builder.type(node.inputs[0]);
  if (type == DataType::kUndefined)
    return make_error(ENOTSUP, "%s: needs an operand 0 of known type; declare it", name);
  Tensor tensor = GN_TRY(scalar(type, node.attributes.number(name, 0)));
  node.attributes.erase(name);
  const ValueId id = draft.builder.add_constant(node.name + "." + name, std::move(tensor));
  return set_operand(draft, position, id, name);
}

Result<void> broadcast_axis(Draft& draft) {
  Node& node = draft.node;
  const bool broadcasts = node.attributes.integer("broadcast", 0) != 0;
  const bool has_axis = node.attributes.has("axis");
  const int64_t axis = node.attributes.integer("axis", 0);
  node.attributes.erase("broadcast");
  node.attributes.erase("axis");
  if (!broadcasts || !has_axis || node.inputs.size() != 2) return {};
  const auto axes = GN_TRY(trailing_axes(draft, axis));
  if (axes.empty()) return {};
  Node unsqueeze;
  unsqueeze.op = Operator::kUnsqueeze;
  unsqueeze.name = node.name + ".unsqueeze";
  const ValueId list = draft.builder.add_constant(node.name + ".axes", Tensor::from_int64s(axes));
  unsqueeze.inputs = {node.inputs[1], list};
  unsqueeze.outputs = {draft.builder.add_result(node.name + ".B")};
  node.inputs[1] = unsqueeze.outputs[0];
  draft.builder.add_node(std::move(unsqueeze));
  return {};
}

Result<void> batch_normalization(Draft& draft) {
  Node& node = draft.node;
  if (node.attributes.integer("spatial", 1) == 0)
    return make_error(ENOTSUP, "spatial: 0 is not supported; must be 1");
  node.attributes.erase("spatial");
  node.attributes.erase("is_test");
  if (draft.opset >= 14) return {};
  node.attributes.erase("training_mode");
  if (present_results(node) != 1 || node.outputs[0] == kNoValue)
    return make_error(ENOTSUP, "the training form is not supported; must have one result");
  node.outputs.erase(node.outputs.begin() + 1, node.outputs.end());
  return {};
}

Result<void> cast(Draft& draft) {
  Attributes& attributes = draft.node.attributes;
  attributes.erase("saturate");
  attributes.erase("round_mode");
  if (!attributes.has("to")) return invalid("to: is missing; must be an element type");
  if (draft.opset >= 6) return check_number(attributes.integer("to", 0));
  constexpr std::pair<const char*, DataType> kTypes[] = {
      {"FLOAT", DataType::kFloat32},   {"UINT8", DataType::kUInt8},
      {"INT8", DataType::kInt8},       {"UINT16", DataType::kUInt16},
      {"INT16", DataType::kInt16},     {"INT32", DataType::kInt32},
      {"INT64", DataType::kInt64},     {"BOOL", DataType::kBool},
      {"FLOAT16", DataType::kFloat16}, {"DOUBLE", DataType::kFloat64},
      {"UINT32", DataType::kUInt32},   {"UINT64", DataType::kUInt64}};
  std::string wanted = attributes.text("to", "");
  for (char& letter : wanted)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  for (const auto& [name, type] : kTypes)
    if (wanted == name) {
      attributes.set("to", static_cast<int64_t>(type));
      return {};
    }
  return make_error(ENOTSUP, "to: \"%s\" is not an element type that geoneuron has",
                    wanted.c_str());
}

Result<void> clip(Draft& draft) {
  GN_TRY(number_operand(draft, "min", 1));
  return number_operand(draft, "max", 2);
}

Result<void> dropout(Draft& draft) {
  Node& node = draft.node;
  if (draft.opset < 7 && node.attributes.integer("is_test", 0) == 0)
    return make_error(ENOTSUP, "is_test 0 (training) is not supported; must be 1");
  const bool has_mask = node.outputs.size() > 1 && node.outputs[1] != kNoValue;
  if (has_mask && draft.opset < 10)
    return make_error(ENOTSUP, "a mask is not supported before set 10");
  node.attributes = {};
  const bool may_train = GN_TRY(may_be_training(draft));
  if (may_train) return {};
  node.inputs.erase(node.inputs.begin() + 1, node.inputs.end());
  if (has_mask) return {};
  node.op = Operator::kIdentity;
  node.outputs.erase(node.outputs.begin() + 1, node.outputs.end());
  return {};
}

Result<void> pad(Draft& draft) {
  GN_TRY(list_operand(draft, "paddings", 1));
  GN_TRY(list_operand(draft, "pads", 1));
  return number_operand(draft, "value", 2);
}

Result<void> resize(Draft& draft) {
  Node& node = draft.node;
  const std::string symmetric = "half_pixel_symmetric";
  if (draft.opset >= 19 && node.attributes.text("coordinate_transformation_mode", "") == symmetric)
    return make_error(ENOTSUP, "coordinate_transformation_mode \"%s\" is not supported",
                      symmetric.c_str());
  if (draft.opset > 10) return {};
  if (node.inputs.size() != 2) return invalid("must have the operands X and scales");
  node.inputs.insert(node.inputs.begin() + 1, kNoValue);
  const std::string mode = node.attributes.text("mode", "nearest");
  if (mode != "nearest" && mode != "linear")
    return invalid("mode \"%s\": must be nearest or linear in set 10", mode.c_str());
  node.attributes = {};
  node.attributes.set("mode", mode);
  node.attributes.set("coordinate_transformation_mode", std::string("asymmetric"));
  node.attributes.set("nearest_mode", std::string("floor"));
  return {};
}

Result<void> slice(Draft& draft) {
  GN_TRY(list_operand(draft, "starts", 1));
  GN_TRY(list_operand(draft, "ends", 2));
  return list_operand(draft, "axes", 3);
}

Result<void> softmax(Draft& draft) {
  if (draft.opset >= 13) return {};
  Attributes& attributes = draft.node.attributes;
  if (!attributes.has("axis")) attributes.set("axis", int64_t{1});
  attributes.set("flattened", int64_t{1});
  return {};
}

Result<void> split(Draft& draft) {
  Node& node = draft.node;
  const auto count = static_cast<int64_t>(node.outputs.size());
  const int64_t declared = node.attributes.integer("num_outputs", count);
  if (declared != count)
    return invalid("num_outputs %lld: must be the node's %lld results",
                   static_cast<long long>(declared), static_cast<long long>(count));
  node.attributes.erase("num_outputs");
  return list_operand(draft, "split", 1);
}

}  // namespace geoneuron::perception::legacy_forms
