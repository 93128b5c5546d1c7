// SPDX-License-Identifier: MIT
// Copies of tensors in memory that is used again and again (SpareBlocks). Thread-safe.
#pragma once

#include "engine/memory_manager.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::engine {

// Memory for a tensor that the caller fills at once, to the last byte: it may hold what an earlier
// tensor held. ENOMEM. It is the caller who asks `memory` for room; once the tensor is gone, which
// may be after the manager is, its memory waits among the manager's spare blocks for the next one.
Result<perception::Tensor> unfilled_tensor(const perception::TensorInfo& info,
                                           MemoryManager& memory);

// A copy that shares no byte with `tensor`; ENOMEM.
Result<perception::Tensor> copy_of(const perception::Tensor& tensor, MemoryManager& memory);

}  // namespace geoneuron::engine
