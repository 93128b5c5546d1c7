// SPDX-License-Identifier: MIT
// Functions of two elements, with numpy's broadcasting: Add, Sub, Mul, Div, Max, Min, Pow.
#include <cmath>

#include "engine/cpu/float_loops.hpp"
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/strided_loop.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Operator;

// One row; the usual strides are told apart so that each loop becomes vector code.
template <typename A, typename B, typename Function>
void combine_row(A* result, const A* a, const B* b, const StridedAxis& row, const Function& f) {
  const int64_t n = row.extent;
  const auto [step_a, step_b] = row.strides;
  if (step_a == 1 && step_b == 1) {
    for (int64_t i = 0; i < n; ++i) result[i] = f(a[i], b[i]);
  } else if (step_a == 1 && step_b == 0) {
    const B scalar = *b;
    for (int64_t i = 0; i < n; ++i) result[i] = f(a[i], scalar);
  } else if (step_a == 0 && step_b == 1) {
    const A scalar = *a;
    for (int64_t i = 0; i < n; ++i) result[i] = f(scalar, b[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) result[i] = f(a[i * step_a], b[i * step_b]);
  }
}

template <typename A, typename B, typename Function>
void combine(const Tensor& a, const Tensor& b, Tensor& result, const Function& f) {
  const StridedLoop loop = broadcast_loop(result.shape(), a.shape(), b.shape());
  const A* source_a = elements<A>(a);
  const B* source_b = elements<B>(b);
  A* target = mutable_elements<A>(result);
  loop.for_each_row([&](int64_t at, int64_t at_a, int64_t at_b) {
    combine_row(target + at, source_a + at_a, source_b + at_b, loop.row(), f);
  });
}

// numpy's integer division: 0 for a zero divisor, and the lowest number divided by -1 wraps.
template <typename T>
T divided(T a, T b) {
  if constexpr (kIsFloating<T>) {
    return static_cast<T>(static_cast<Compute<T>>(a) / static_cast<Compute<T>>(b));
  } else {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>)
      if (b == -1) return static_cast<T>(Wrapping<T>{0} - static_cast<Wrapping<T>>(a));
    return static_cast<T>(a / b);
  }
}

// The type in which T is added and multiplied without undefined overflow.
template <typename T, bool = kIsFloating<T>>
struct RingOf {
  using type = Compute<T>;
};
template <typename T>
struct RingOf<T, false> {
  using type = Wrapping<T>;
};

// NaN in either operand gives NaN, as numpy.maximum and numpy.minimum do.
template <typename T>
T greater(T a, T b) {
  return a >= b || a != a ? a : b;
}
template <typename T>
T lesser(T a, T b) {
  return a <= b || a != a ? a : b;
}

// float32 rows through the loops that are compiled for several instruction sets.
void combine_floats(const StridedLoop& walk, FloatLoop loop, const Tensor& a, const Tensor& b,
                    Tensor& result) {
  walk.for_each_row([&](int64_t at, int64_t at_a, int64_t at_b) {
    loop(elements<float>(a) + at_a, elements<float>(b) + at_b, mutable_elements<float>(result) + at,
         walk.row().extent);
  });
}

bool combined_as_floats(Operator op, const Tensor& a, const Tensor& b, Tensor& result) {
  const StridedLoop walk = broadcast_loop(result.shape(), a.shape(), b.shape());
  const auto [step_a, step_b] = walk.row().strides;
  if (step_a > 1 || step_b > 1 || (step_a == 0 && step_b == 0)) return false;
  const FloatLoop loop = float_loop(op, step_b == 0   ? FloatOperands::kOneB
                                        : step_a == 0 ? FloatOperands::kOneA
                                                      : FloatOperands::kBoth);
  if (loop == nullptr) return false;
  combine_floats(walk, loop, a, b, result);
  return true;
}

template <typename T>
void combine_by(Operator op, const Tensor& a, const Tensor& b, Tensor& result) {
  if constexpr (std::is_same_v<T, float>)
    if (combined_as_floats(op, a, b, result)) return;
  using R = typename RingOf<T>::type;
  const auto ring = [](auto function) {
    return [function](T x, T y) {
      return static_cast<T>(function(static_cast<R>(x), static_cast<R>(y)));
    };
  };
  switch (op) {
    case Operator::kAdd:
      return combine<T, T>(a, b, result, ring([](R x, R y) { return x + y; }));
    case Operator::kSub:
      return combine<T, T>(a, b, result, ring([](R x, R y) { return x - y; }));
    case Operator::kMul:
      return combine<T, T>(a, b, result, ring([](R x, R y) { return x * y; }));
    case Operator::kDiv:
      return combine<T, T>(a, b, result, [](T x, T y) { return divided(x, y); });
    case Operator::kMax:
      return combine<T, T>(a, b, result, [](T x, T y) { return greater(x, y); });
    default:
      return combine<T, T>(a, b, result, [](T x, T y) { return lesser(x, y); });
  }
}

// Integer powers by repeated squaring, wrapping; a negative exponent gives the truncated quotient.
template <typename T, typename E>
T integer_power(T base, E exponent) {
  if constexpr (std::is_signed_v<E>)
    if (exponent < 0) {
      if (base == 1) return 1;
      if constexpr (std::is_signed_v<T>)
        if (base == -1) return static_cast<T>(exponent % 2 == 0 ? 1 : -1);
      return 0;
    }
  using W = Wrapping<T>;
  W result = 1;
  W square = static_cast<W>(base);
  for (uint64_t rest = static_cast<std::make_unsigned_t<E>>(exponent); rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) result *= square;
    square *= square;
  }
  return static_cast<T>(result);
}

// A double as T; what T cannot hold becomes its nearest number, NaN 0.
template <typename T>
T from_double(double value) {
  if constexpr (kIsFloating<T>) {
    return static_cast<T>(value);
  } else {
    if (std::isnan(value)) return 0;
    if (value >= std::ldexp(1.0, std::numeric_limits<T>::digits))
      return std::numeric_limits<T>::max();
    if (value <= static_cast<double>(std::numeric_limits<T>::lowest()))
      return std::numeric_limits<T>::lowest();
    return static_cast<T>(value);
  }
}

template <typename T, typename E>
T power(T base, E exponent) {
  if constexpr (!kIsFloating<T> && !kIsFloating<E>)
    return integer_power(base, exponent);
  else if constexpr (std::is_same_v<Compute<T>, float> && std::is_same_v<Compute<E>, float>)
    return static_cast<T>(std::pow(static_cast<float>(base), static_cast<float>(exponent)));
  else
    return from_double<T>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
}

template <typename T, typename E>
void raise(const Tensor& base, const Tensor& exponent, Tensor& result) {
  if constexpr (kIsFloating<T>) {
    if (exponent.element_count() == 1) {  // squares and roots are what networks use it for
      const auto constant = static_cast<double>(elements<E>(exponent)[0]);
      using C = Compute<T>;
      if (constant == 2.0)
        return combine<T, E>(base, exponent, result, [](T x, E) {
          return static_cast<T>(static_cast<C>(x) * static_cast<C>(x));
        });
    }
  }
  combine<T, E>(base, exponent, result, [](T x, E y) { return power(x, y); });
}

}  // namespace

Result<void> run_arithmetic(const Operation& operation) {
  const Operator op = operation.node.op;
  return dispatch_numeric(operation.input(0).type(), [&]<typename T>() {
    if (operation.inputs.size() == 1) {
      std::copy_n(elements<T>(operation.input(0)), operation.output().element_count(),
                  mutable_elements<T>(operation.output()));
      return;
    }
    combine_by<T>(op, operation.input(0), operation.input(1), operation.output());
    for (size_t i = 2; i < operation.inputs.size(); ++i)
      combine_by<T>(op, operation.output(), operation.input(i), operation.output());
  });
}

Result<void> run_power(const Operation& operation) {
  return dispatch_among<float, double, _Float16, int32_t, int64_t, uint32_t, uint64_t>(
      operation.input(0).type(), [&]<typename T>() {
        return dispatch_numeric(operation.input(1).type(), [&]<typename E>() {
          raise<T, E>(operation.input(0), operation.input(1), operation.output());
        });
      });
}

}  // namespace geoneuron::engine::cpu
