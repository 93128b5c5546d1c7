// SPDX-License-Identifier: MIT
// Copies of tensors in memory that is used again and again: on many machines the pages of a fresh
// allocation cost more than the copying. Thread-safe.
#pragma once

#include "perception/tensor.hpp"

namespace geoneuron::engine {

// Memory for a tensor that the caller fills at once, to the last byte: it may hold what an earlier
// tensor held. ENOMEM. Once the tensor is gone its memory serves the next one; at most 64 MiB wait
// for that.
Result<perception::Tensor> unfilled_tensor(const perception::TensorInfo& info);

// A copy that shares no byte with `tensor`; ENOMEM.
Result<perception::Tensor> copy_of(const perception::Tensor& tensor);

}  // namespace geoneuron::engine
