// SPDX-License-Identifier: MIT
// Operator: what a node computes, in canonical form. The importer rewrites every older form of an
// operator to the one that this table names, so that engines know only these. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace geoneuron::perception {

// The operators, named as in ONNX; operands and attributes are those of operator set 18 (ONNX
// Operators.md), with these differences:
// - Dropout is imported as Identity; with a mask output it stays Dropout (inference form). Where
//   training_mode is no constant, operands ratio and training_mode stay too; infer() refuses what
//   would be random, so that Dropout always copies X and fills the mask with true.
// - Constant never appears: it becomes a constant value.
// - Softmax before set 13 carries attribute `flattened` = 1 (coerces to 2-D at `axis`).
// - Clip, Slice, Pad, Squeeze, Unsqueeze, Split, ReduceMean, Dropout: parameters that old sets gave
// as
//   attributes are constant operands.
// - Add, Sub, Mul, Div, Pow of sets 1-6: the explicit broadcast axis becomes an Unsqueeze of B.
// - BatchNormalization: attribute `training_mode`; `spatial` = 0 is refused.
// Each run of clang-format breaks this list differently.
// clang-format off
#define GEONEURON_OPERATORS(X)                                                                   \
  X(Abs)                                                                                         \
  X(Add) X(AveragePool) X(BatchNormalization) X(Cast) X(Clip) X(Concat) X(Conv) X(ConvTranspose) \
      X(Div) X(Dropout) X(Elu) X(Exp) X(Flatten) X(Gather) X(Gemm) X(GlobalAveragePool)          \
          X(GlobalMaxPool) X(HardSigmoid) X(Identity) X(LeakyRelu) X(Log) X(MatMul) X(Max)       \
              X(MaxPool) X(Min) X(Mul) X(Neg) X(Pad) X(Pow) X(ReduceMean) X(Relu) X(Reshape)     \
                  X(Resize) X(Shape) X(Sigmoid) X(Slice) X(Softmax) X(Split) X(Sqrt) X(Squeeze)  \
                      X(Sub) X(Tanh) X(Transpose) X(Unsqueeze)
// clang-format on

enum class Operator : uint8_t {
#define GEONEURON_ENUMERATOR(name) k##name,
  GEONEURON_OPERATORS(GEONEURON_ENUMERATOR)
#undef GEONEURON_ENUMERATOR
};

// ONNX's name of the operator: "Conv".
std::string_view name_of(Operator op);
// The operator of that name, if it is one of ours.
std::optional<Operator> operator_named(std::string_view name);

}  // namespace geoneuron::perception
