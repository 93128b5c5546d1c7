// SPDX-License-Identifier: MIT
// Loops of Softmax over contiguous float32, vectorised for every machine. Thread-safe.
#pragma once

#include <cstdint>

namespace geoneuron::engine::cpu {

// result[i] = exp(x[i] - shift), with less than 2 units in the last place of error, the same bits
// on all machines, and for NaN and infinities what std::exp gives. `result` may be `x`.
void exponentials(const float* x, float shift, float* result, int64_t count);

// -infinity where there is none; NaN is passed over.
float highest_of(const float* x, int64_t count);

// Always added up in the same order.
double sum_of(const float* x, int64_t count);

}  // namespace geoneuron::engine::cpu
