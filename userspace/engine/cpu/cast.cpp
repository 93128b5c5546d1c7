// SPDX-License-Identifier: MIT
// Cast between all element types.
#include "engine/cpu/conversion.hpp"
#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {

Result<void> run_cast(const Operation& operation) {
  const Tensor& input = operation.input(0);
  Tensor& output = operation.output();
  return dispatch_all(input.type(), [&]<typename From>() {
    return dispatch_all(output.type(), [&]<typename To>() {
      const From* source = elements<From>(input);
      To* target = mutable_elements<To>(output);
      parallel_for(input.element_count(), 1, [=](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) target[i] = converted<To, From>(source[i]);
      });
    });
  });
}

}  // namespace geoneuron::engine::cpu
