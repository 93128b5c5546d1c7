// SPDX-License-Identifier: MIT
#include "perception/operator_schema.hpp"

#include <cassert>
#include <iterator>

namespace geoneuron::perception {
namespace {

using enum AttributeType;

constexpr TypeSet kFloats =
    type_bit(DataType::kFloat32) | type_bit(DataType::kFloat64) | type_bit(DataType::kFloat16);
constexpr TypeSet kSigned = type_bit(DataType::kInt8) | type_bit(DataType::kInt16) |
                            type_bit(DataType::kInt32) | type_bit(DataType::kInt64);
constexpr TypeSet kUnsigned = type_bit(DataType::kUInt8) | type_bit(DataType::kUInt16) |
                              type_bit(DataType::kUInt32) | type_bit(DataType::kUInt64);
constexpr TypeSet kNumeric = kFloats | kSigned | kUnsigned;
constexpr TypeSet kAll = kNumeric | type_bit(DataType::kBool);
constexpr TypeSet kWide = kFloats | type_bit(DataType::kInt32) | type_bit(DataType::kInt64) |
                          type_bit(DataType::kUInt32) | type_bit(DataType::kUInt64);
constexpr TypeSet kPowBase = kFloats | type_bit(DataType::kInt32) | type_bit(DataType::kInt64);
constexpr TypeSet kPool = kFloats | type_bit(DataType::kInt8) | type_bit(DataType::kUInt8);

constexpr AttributeSchema kAlpha[] = {{"alpha", kNumber}};
constexpr AttributeSchema kAlphaBeta[] = {{"alpha", kNumber}, {"beta", kNumber}};
constexpr AttributeSchema kAxis[] = {{"axis", kInteger}};
constexpr AttributeSchema kAveragePool[] = {
    {"auto_pad", kText},      {"ceil_mode", kInteger}, {"count_include_pad", kInteger},
    {"dilations", kIntegers}, {"pads", kIntegers},     {"kernel_shape", kIntegers},
    {"strides", kIntegers}};
constexpr AttributeSchema kMaxPool[] = {{"auto_pad", kText},      {"ceil_mode", kInteger},
                                        {"dilations", kIntegers}, {"kernel_shape", kIntegers},
                                        {"pads", kIntegers},      {"storage_order", kInteger},
                                        {"strides", kIntegers}};
constexpr AttributeSchema kBatchNormalization[] = {
    {"epsilon", kNumber}, {"momentum", kNumber}, {"training_mode", kInteger}};
constexpr AttributeSchema kCast[] = {{"to", kInteger}};
constexpr AttributeSchema kConv[] = {{"auto_pad", kText}, {"dilations", kIntegers},
                                     {"group", kInteger}, {"kernel_shape", kIntegers},
                                     {"pads", kIntegers}, {"strides", kIntegers}};
constexpr AttributeSchema kConvTranspose[] = {
    {"auto_pad", kText},         {"dilations", kIntegers},      {"group", kInteger},
    {"kernel_shape", kIntegers}, {"output_padding", kIntegers}, {"output_shape", kIntegers},
    {"pads", kIntegers},         {"strides", kIntegers}};
constexpr AttributeSchema kGemm[] = {
    {"alpha", kNumber}, {"beta", kNumber}, {"transA", kInteger}, {"transB", kInteger}};
constexpr AttributeSchema kMode[] = {{"mode", kText}};
constexpr AttributeSchema kReduceMean[] = {{"keepdims", kInteger},
                                           {"noop_with_empty_axes", kInteger}};
constexpr AttributeSchema kReshape[] = {{"allowzero", kInteger}};
constexpr AttributeSchema kResize[] = {{"antialias", kInteger},
                                       {"axes", kIntegers},
                                       {"mode", kText},
                                       {"coordinate_transformation_mode", kText},
                                       {"cubic_coeff_a", kNumber},
                                       {"exclude_outside", kInteger},
                                       {"nearest_mode", kText},
                                       {"extrapolation_value", kNumber},
                                       {"keep_aspect_ratio_policy", kText}};
constexpr AttributeSchema kShape[] = {{"start", kInteger}, {"end", kInteger}};
constexpr AttributeSchema kSoftmax[] = {{"axis", kInteger}, {"flattened", kInteger}};
constexpr AttributeSchema kTranspose[] = {{"perm", kIntegers}};

// Sorted as Operator is, so that an operator's number is its place.
constexpr OperatorSchema kSchemas[] = {
    {Operator::kAbs, 1, 1, 1, kNumeric, 1, {}},
    {Operator::kAdd, 2, 2, 1, kNumeric, 2, {}},
    {Operator::kAveragePool, 1, 1, 1, kFloats, 1, kAveragePool},
    {Operator::kBatchNormalization, 5, 5, 3, kFloats, 1, kBatchNormalization},
    {Operator::kCast, 1, 1, 1, kAll, 1, kCast},
    {Operator::kClip, 1, 3, 1, kNumeric, 3, {}},
    {Operator::kConcat, 1, kMaximumOperands, 1, kAll, kMaximumOperands, kAxis},
    {Operator::kConv, 2, 3, 1, kFloats, 3, kConv},
    {Operator::kConvTranspose, 2, 3, 1, kFloats, 3, kConvTranspose},
    {Operator::kDiv, 2, 2, 1, kNumeric, 2, {}},
    {Operator::kDropout, 1, 3, 2, kFloats, 1, {}},
    {Operator::kElu, 1, 1, 1, kFloats, 1, kAlpha},
    {Operator::kExp, 1, 1, 1, kFloats, 1, {}},
    {Operator::kFlatten, 1, 1, 1, kAll, 1, kAxis},
    {Operator::kGather, 2, 2, 1, kAll, 1, kAxis},
    {Operator::kGemm, 2, 3, 1, kWide, 3, kGemm},
    {Operator::kGlobalAveragePool, 1, 1, 1, kFloats, 1, {}},
    {Operator::kGlobalMaxPool, 1, 1, 1, kFloats, 1, {}},
    {Operator::kHardSigmoid, 1, 1, 1, kFloats, 1, kAlphaBeta},
    {Operator::kIdentity, 1, 1, 1, kAll, 1, {}},
    {Operator::kLeakyRelu, 1, 1, 1, kFloats, 1, kAlpha},
    {Operator::kLog, 1, 1, 1, kFloats, 1, {}},
    {Operator::kMatMul, 2, 2, 1, kWide, 2, {}},
    {Operator::kMax, 1, kMaximumOperands, 1, kNumeric, kMaximumOperands, {}},
    {Operator::kMaxPool, 1, 1, 2, kPool, 1, kMaxPool},
    {Operator::kMin, 1, kMaximumOperands, 1, kNumeric, kMaximumOperands, {}},
    {Operator::kMul, 2, 2, 1, kNumeric, 2, {}},
    {Operator::kNeg, 1, 1, 1, kFloats | kSigned, 1, {}},
    {Operator::kPad, 2, 4, 1, kAll, 1, kMode},
    {Operator::kPow, 2, 2, 1, kPowBase, 1, {}},
    {Operator::kReduceMean, 1, 2, 1, kWide, 1, kReduceMean},
    {Operator::kRelu, 1, 1, 1, kFloats | kSigned, 1, {}},
    {Operator::kReshape, 2, 2, 1, kAll, 1, kReshape},
    {Operator::kResize, 1, 4, 1, kAll, 1, kResize},
    {Operator::kShape, 1, 1, 1, kAll, 1, kShape},
    {Operator::kSigmoid, 1, 1, 1, kFloats, 1, {}},
    {Operator::kSlice, 3, 5, 1, kAll, 1, {}},
    {Operator::kSoftmax, 1, 1, 1, kFloats, 1, kSoftmax},
    {Operator::kSplit, 1, 2, kMaximumOperands, kAll, 1, kAxis},
    {Operator::kSqrt, 1, 1, 1, kFloats, 1, {}},
    {Operator::kSqueeze, 1, 2, 1, kAll, 1, {}},
    {Operator::kSub, 2, 2, 1, kNumeric, 2, {}},
    {Operator::kTanh, 1, 1, 1, kFloats, 1, {}},
    {Operator::kTranspose, 1, 1, 1, kAll, 1, kTranspose},
    {Operator::kUnsqueeze, 2, 2, 1, kAll, 1, {}},
};

constexpr bool in_order() {
  for (size_t i = 0; i < std::size(kSchemas); ++i)
    if (static_cast<size_t>(kSchemas[i].op) != i) return false;
  return true;
}
static_assert(in_order(), "kSchemas must be in the order of Operator");

}  // namespace

const OperatorSchema& schema_of(Operator op) {
  assert(static_cast<size_t>(op) < std::size(kSchemas));
  return kSchemas[static_cast<size_t>(op)];
}

}  // namespace geoneuron::perception
