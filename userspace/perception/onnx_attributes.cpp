// SPDX-License-Identifier: MIT
#include "perception/onnx_attributes.hpp"

#include <optional>

#include "perception/operator_schema.hpp"

namespace geoneuron::perception {
namespace {

using Proto = onnx::AttributeProto;
using enum AttributeType;

// An attribute that operator sets up to `last` define and the canonical form does not have.
struct LegacyAttribute {
  Operator op;
  std::string_view name;
  AttributeType type;
  int64_t last;
};

constexpr int64_t kForever = INT64_MAX;

constexpr LegacyAttribute kLegacy[] = {
    {Operator::kAdd, "axis", kInteger, 6},
    {Operator::kAdd, "broadcast", kInteger, 6},
    {Operator::kSub, "axis", kInteger, 6},
    {Operator::kSub, "broadcast", kInteger, 6},
    {Operator::kMul, "axis", kInteger, 6},
    {Operator::kMul, "broadcast", kInteger, 6},
    {Operator::kDiv, "axis", kInteger, 6},
    {Operator::kDiv, "broadcast", kInteger, 6},
    {Operator::kPow, "axis", kInteger, 6},
    {Operator::kPow, "broadcast", kInteger, 6},
    {Operator::kGemm, "broadcast", kInteger, 6},
    {Operator::kBatchNormalization, "is_test", kInteger, 6},
    {Operator::kBatchNormalization, "spatial", kInteger, 8},
    {Operator::kClip, "min", kNumber, 10},
    {Operator::kClip, "max", kNumber, 10},
    {Operator::kDropout, "is_test", kInteger, 6},
    {Operator::kDropout, "ratio", kNumber, 11},
    {Operator::kDropout, "seed", kInteger, kForever},
    {Operator::kPad, "paddings", kIntegers, 1},
    {Operator::kPad, "pads", kIntegers, 10},
    {Operator::kPad, "value", kNumber, 10},
    {Operator::kReduceMean, "axes", kIntegers, 17},
    {Operator::kReshape, "shape", kIntegers, 4},
    {Operator::kSlice, "starts", kIntegers, 9},
    {Operator::kSlice, "ends", kIntegers, 9},
    {Operator::kSlice, "axes", kIntegers, 9},
    {Operator::kSplit, "split", kIntegers, 12},
    {Operator::kSplit, "num_outputs", kInteger, kForever},
    {Operator::kSqueeze, "axes", kIntegers, 12},
    {Operator::kUnsqueeze, "axes", kIntegers, 12},
    {Operator::kCast, "saturate", kInteger, kForever},  // float8 only
    {Operator::kCast, "round_mode", kText, kForever},   // float8e8m0 only
};

std::optional<AttributeType> expected_type(Operator op, const std::string& name, int64_t opset) {
  if (name == "consumed_inputs" && opset < 6) return kIntegers;
  if (op == Operator::kCast && name == "to" && opset < 6) return kText;
  for (const LegacyAttribute& legacy : kLegacy)
    if (legacy.op == op && legacy.name == name && opset <= legacy.last) return legacy.type;
  if (op == Operator::kSoftmax && name == "flattened") return std::nullopt;  // our own
  for (const AttributeSchema& schema : schema_of(op).attributes)
    if (schema.name == name) return schema.type;
  return std::nullopt;
}

Proto::AttributeType proto_type(AttributeType type) {
  constexpr Proto::AttributeType kTypes[] = {Proto::INT,  Proto::FLOAT,  Proto::STRING,
                                             Proto::INTS, Proto::FLOATS, Proto::STRINGS};
  return kTypes[static_cast<size_t>(type)];
}

Result<void> check_length(int length) {
  if (length <= kMaximumAttributeEntries) return {};
  return invalid("has %d entries; at most %d are allowed", length, kMaximumAttributeEntries);
}

Result<Attribute> value_of(const Proto& proto, AttributeType type) {
  switch (type) {
    case kInteger:
      return Attribute(proto.i());
    case kNumber:
      return Attribute(proto.f());
    case kText:
      GN_TRY(check_name(proto.s()));
      return Attribute(proto.s());
    case kIntegers:
      GN_TRY(check_length(proto.ints_size()));
      return Attribute(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case kNumbers:
      GN_TRY(check_length(proto.floats_size()));
      return Attribute(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case kTexts:
      break;
  }
  return make_error(ENOTSUP, "is a list of strings, which is not supported");
}

Result<Attribute> checked_value(const Proto& proto, Operator op, int64_t opset) {
  if (!proto.ref_attr_name().empty())
    return make_error(ENOTSUP, "refers to a function's attribute; functions are not supported");
  if (proto.has_g() || proto.graphs_size() > 0)
    return make_error(ENOTSUP, "is a subgraph, which is not supported");
  const auto type = expected_type(op, proto.name(), opset);
  if (!type.has_value())
    return make_error(ENOTSUP, "is not defined for %s of set %lld",
                      std::string(name_of(op)).c_str(), static_cast<long long>(opset));
  // IR version 1 had no type field.
  const Proto::AttributeType wanted = proto_type(*type);
  if (proto.has_type() && proto.type() != Proto::UNDEFINED && proto.type() != wanted)
    return invalid("is of type %s; must be %s",
                   onnx::AttributeProto_AttributeType_Name(proto.type()).c_str(),
                   onnx::AttributeProto_AttributeType_Name(wanted).c_str());
  return value_of(proto, *type);
}

}  // namespace

Result<Attributes> attributes_from(const onnx::NodeProto& node, Operator op, int64_t opset) {
  if (node.attribute_size() > kMaximumAttributes)
    return invalid("has %d attributes; at most %d are allowed", node.attribute_size(),
                   kMaximumAttributes);
  Attributes attributes;
  for (const Proto& proto : node.attribute()) {
    const std::string context = "attribute " + quoted(proto.name());
    if (attributes.has(proto.name())) return invalid("%s: is given twice", context.c_str());
    Attribute value = GN_TRY(with_context(checked_value(proto, op, opset), context));
    attributes.set(proto.name(), std::move(value));
  }
  return attributes;
}

}  // namespace geoneuron::perception
