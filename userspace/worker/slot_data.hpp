// SPDX-License-Identifier: MIT
// Between slots and tensors: always by copying, since clients write to their memory when they like.
// Thread-safe.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "perception/tensor.hpp"
#include "views/image.hpp"
#include "worker/command_text.hpp"
#include "worker/job.hpp"

namespace geoneuron::worker {

// A copy of the elements. EINVAL: the slot cannot be read, or ends before they do; ENOMEM.
Result<perception::Tensor> copy_tensor(const Job& job, const std::string& name,
                                       const SlotTensor& tensor);
Result<views::Image> copy_image(const Job& job, const SlotImage& image);
// The range of the slot that holds `count` bytes from `offset` on; EINVAL as above.
Result<std::span<const std::byte>> slot_range(const Job& job, const std::string& name, uint8_t slot,
                                              uint64_t offset, uint64_t count);

}  // namespace geoneuron::worker
