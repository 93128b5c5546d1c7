// SPDX-License-Identifier: MIT
// Functions of one operand, by specialisation constant.

bool is_nan(float x) {
  return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u;
}

// tanh by its definition overflows for large |x| on some drivers.
float stable_tanh(float x) {
  float e = exp(-2.0 * abs(x));
  float t = (1.0 - e) / (1.0 + e);
  // The quotient cancels near zero; there the series is exact to float's precision.
  if (abs(x) < 0.02) t = abs(x) * (1.0 - x * x * (1.0 / 3.0));
  return x < 0.0 ? -t : t;
}

float stable_sigmoid(float x) {
  float e = exp(-abs(x));
  return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

// exp(x) - 1 for x <= 0, without cancellation near zero.
float exp_minus_one(float x) {
  if (x > -0.02) return x * (1.0 + x * (0.5 + x * (1.0 / 6.0)));
  return exp(x) - 1.0;
}

float unary(uint op, float x, float alpha, float beta) {
  if (op == GN_COPY || is_nan(x)) return x;
  switch (op) {
    case GN_ABS: return abs(x);
    case GN_NEG: return -x;
    case GN_SQRT: return sqrt(x);
    case GN_EXP: return exp(x);
    case GN_LOG: return log(x);
    case GN_TANH: return stable_tanh(x);
    case GN_SIGMOID: return stable_sigmoid(x);
    case GN_RELU: return max(x, 0.0);
    case GN_CLIP: return min(max(x, alpha), beta);
    case GN_LEAKY_RELU: return x < 0.0 ? alpha * x : x;
    case GN_ELU: return x < 0.0 ? alpha * exp_minus_one(x) : x;
    case GN_HARD_SIGMOID: return clamp(alpha * x + beta, 0.0, 1.0);
  }
  return x;
}
