// SPDX-License-Identifier: MIT
// Functions of one element: activations, signs, roots and logarithms; and Clip.
#include <cmath>

#include "engine/cpu/float_loops.hpp"
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Operator;

// Output may be input: elements are read before they are written.
template <typename T, typename Function>
void map_elements(const Tensor& input, Tensor& output, const Function& function) {
  const T* source = elements<T>(input);
  T* target = mutable_elements<T>(output);
  parallel_for(input.element_count(), 1, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      target[i] = static_cast<T>(function(static_cast<Compute<T>>(source[i])));
  });
}

template <typename C>
C negative(C x) {
  if constexpr (std::is_integral_v<C>)
    return static_cast<C>(Wrapping<C>{0} - static_cast<Wrapping<C>>(x));
  else
    return -x;
}

// Those that ONNX allows for integers too. Comparisons are written so that NaN stays NaN.
template <typename T>
Result<void> map_sign(Operator op, const Tensor& input, Tensor& output) {
  using C = Compute<T>;
  if (op == Operator::kRelu)
    map_elements<T>(input, output, [](C x) { return x < C{0} ? C{0} : x; });
  else if (op == Operator::kNeg)
    map_elements<T>(input, output, [](C x) { return negative(x); });
  else if constexpr (std::is_integral_v<C>)
    map_elements<T>(input, output, [](C x) { return x < C{0} ? negative(x) : x; });
  else
    map_elements<T>(input, output, [](C x) { return std::fabs(x); });
  return {};
}

template <typename C>
C clamp_unit(C x) {
  x = x < C{0} ? C{0} : x;
  return x > C{1} ? C{1} : x;
}

template <typename T>
Result<void> map_function(Operator op, const perception::Attributes& attributes,
                          const Tensor& input, Tensor& output) {
  using C = Compute<T>;
  const auto alpha = [&](float fallback) {
    return static_cast<C>(attributes.number("alpha", fallback));
  };
  switch (op) {
    case Operator::kElu:
      map_elements<T>(input, output,
                      [a = alpha(1.0f)](C x) { return x < C{0} ? a * std::expm1(x) : x; });
      return {};
    case Operator::kExp:
      map_elements<T>(input, output, [](C x) { return std::exp(x); });
      return {};
    case Operator::kHardSigmoid:
      map_elements<T>(input, output,
                      [a = alpha(0.2f), b = static_cast<C>(attributes.number("beta", 0.5f))](C x) {
                        return clamp_unit(a * x + b);
                      });
      return {};
    case Operator::kLeakyRelu:
      map_elements<T>(input, output, [a = alpha(0.01f)](C x) { return x < C{0} ? a * x : x; });
      return {};
    case Operator::kLog:
      map_elements<T>(input, output, [](C x) { return std::log(x); });
      return {};
    case Operator::kSigmoid:
      map_elements<T>(input, output, [](C x) { return C{1} / (C{1} + std::exp(-x)); });
      return {};
    case Operator::kSqrt:
      map_elements<T>(input, output, [](C x) { return std::sqrt(x); });
      return {};
    case Operator::kTanh:
      map_elements<T>(input, output, [](C x) { return std::tanh(x); });
      return {};
    default:
      return make_error(ENOTSUP, "%s is not a function of one element",
                        std::string(perception::name_of(op)).c_str());
  }
}

Result<void> map_operator(Operator op, const perception::Attributes& attributes,
                          const Tensor& input, Tensor& output) {
  if (op == Operator::kRelu || op == Operator::kNeg || op == Operator::kAbs)
    return dispatch_numeric(input.type(),
                            [&]<typename T>() { return map_sign<T>(op, input, output); });
  return dispatch_floating(
      input.type(), [&]<typename T>() { return map_function<T>(op, attributes, input, output); });
}

// As numpy.clip: NaN stays NaN; where minimum > maximum everything becomes the maximum.
template <typename T>
void clip(const Tensor& input, Tensor& output, Compute<T> minimum, Compute<T> maximum) {
  map_elements<T>(input, output, [=](Compute<T> x) {
    x = x < minimum ? minimum : x;
    return x > maximum ? maximum : x;
  });
}

template <typename T>
Result<void> bound(const Operation& operation, size_t operand, Compute<T>* value) {
  if (!operation.has_input(operand)) return {};
  const Tensor& tensor = operation.input(operand);
  if (tensor.element_count() != 1 || tensor.type() != operation.input(0).type())
    return invalid("operand %zu is %s: must be one element of the input's type", operand,
                   tensor.info().to_string().c_str());
  *value = static_cast<Compute<T>>(elements<T>(tensor)[0]);
  return {};
}

template <typename T>
constexpr T lowest_bound() {
  if constexpr (std::is_integral_v<T>) return std::numeric_limits<T>::lowest();
  return -std::numeric_limits<T>::infinity();
}

template <typename T>
constexpr T highest_bound() {
  if constexpr (std::is_integral_v<T>) return std::numeric_limits<T>::max();
  return std::numeric_limits<T>::infinity();
}

// Through the loops that are compiled for several instruction sets, where there is one.
bool activated_as_floats(const perception::FusedActivation& activation, const Tensor& input,
                         Tensor& output) {
  if (input.type() != DataType::kFloat32 || !activate_floats(activation, nullptr, nullptr, 0))
    return false;
  const float* source = elements<float>(input);
  float* target = mutable_elements<float>(output);
  parallel_for(input.element_count(), 1, [&, source, target](int64_t begin, int64_t end) {
    activate_floats(activation, source + begin, target + begin, end - begin);
  });
  return true;
}

}  // namespace

Result<void> run_activation(const Operation& operation) {
  if (operation.node.op == Operator::kRelu &&
      activated_as_floats({}, operation.input(0), operation.output()))
    return {};
  return map_operator(operation.node.op, operation.node.attributes, operation.input(0),
                      operation.output());
}

Result<void> run_clip(const Operation& operation) {
  return dispatch_numeric(operation.input(0).type(), [&]<typename T>() -> Result<void> {
    Compute<T> minimum = lowest_bound<Compute<T>>();
    Compute<T> maximum = highest_bound<Compute<T>>();
    GN_TRY(bound<T>(operation, 1, &minimum));
    GN_TRY(bound<T>(operation, 2, &maximum));
    clip<T>(operation.input(0), operation.output(), minimum, maximum);
    return {};
  });
}

Result<void> activate(const perception::FusedActivation& activation, const Tensor& input,
                      Tensor& output) {
  if (activated_as_floats(activation, input, output)) return {};
  if (activation.op != Operator::kClip)
    return map_operator(activation.op, activation.attributes, input, output);
  return dispatch_floating(input.type(), [&]<typename T>() {
    clip<T>(input, output, static_cast<Compute<T>>(activation.minimum),
            static_cast<Compute<T>>(activation.maximum));
  });
}

}  // namespace geoneuron::engine::cpu
