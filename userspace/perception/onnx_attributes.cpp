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
  AttributeType type;
  std::string_view name;
  int64_t last;
};

constexpr int64_t kForever = INT64_MAX;

constexpr LegacyAttribute kLegacy[] = {
    {Operator::kAdd, kInteger, "axis", 6},
    {Operator::kAdd, kInteger, "broadcast", 6},
    {Operator::kSub, kInteger, "axis", 6},
    {Operator::kSub, kInteger, "broadcast", 6},
    {Operator::kMul, kInteger, "axis", 6},
    {Operator::kMul, kInteger, "broadcast", 6},
    {Operator::kDiv, kInteger, "axis", 6},
    {Operator::kDiv, kInteger, "broadcast", 6},
    {Operator::kPow, kInteger, "axis", 6},
    {Operator::kPow, kInteger, "broadcast", 6},
    {Operator::kGemm, kInteger, "broadcast", 6},
    {Operator::kBatchNormalization, kInteger, "is_test", 6},
    {Operator::kBatchNormalization, kInteger, "spatial", 8},
    {Operator::kClip, kNumber, "min", 10},
    {Operator::kClip, kNumber, "max", 10},
    {Operator::kDropout, kInteger, "is_test", 6},
    {Operator::kDropout, kNumber, "ratio", 11},
    {Operator::kDropout, kInteger, "seed", kForever},
    {Operator::kPad, kIntegers, "paddings", 1},
    {Operator::kPad, kIntegers, "pads", 10},
    {Operator::kPad, kNumber, "value", 10},
    {Operator::kReduceMean, kIntegers, "axes", 17},
    {Operator::kReshape, kIntegers, "shape", 4},
    {Operator::kSlice, kIntegers, "starts", 9},
    {Operator::kSlice, kIntegers, "ends", 9},
    {Operator::kSlice, kIntegers, "axes", 9},
    {Operator::kSplit, kIntegers, "split", 12},
    {Operator::kSplit, kInteger, "num_outputs", kForever},
    {Operator::kSqueeze, kIntegers, "axes", 12},
    {Operator::kUnsqueeze, kIntegers, "axes", 12},
    {Operator::kCast, kInteger, "saturate", kForever},  // float8 only
    {Operator::kCast, kText, "round_mode", kForever},   // float8e8m0 only
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
