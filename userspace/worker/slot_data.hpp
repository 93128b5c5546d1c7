// SPDX-License-Identifier: MIT
// Between slots and tensors. Clients write to their memory when they like: nothing there is checked
// in place.
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
// The elements where they lie: whoever takes them copies them before anything is checked, or reads
// numbers alone. Bools, which hold 0 and 1 only, are a copy. EINVAL and ENOMEM as above.
Result<perception::Tensor> slot_tensor(const Job& job, const std::string& name,
                                       const SlotTensor& tensor);
Result<views::Image> copy_image(const Job& job, const SlotImage& image);
// The range of the slot that holds `count` bytes from `offset` on; EINVAL as above.
Result<std::span<const std::byte>> slot_range(const Job& job, const std::string& name, uint8_t slot,
                                              uint64_t offset, uint64_t count);

}  // namespace geoneuron::worker
