// SPDX-License-Identifier: MIT
// ProgramNeeds: the memory that a program takes beside its arena, found out by going through
// its steps without recording them. One thread at a time per device.
#pragma once

#include <memory>

#include "engine/vulkan/program_memory.hpp"
#include "engine/vulkan/transfer.hpp"
#include "perception/plan.hpp"

namespace geoneuron::engine::vulkan {

struct ProgramNeeds {
  ChunkSizes chunks;
  TransferSizes transfers;  // of the largest tensors
  // What the host's steps work in, by turns, beside operands and results.
  uint64_t host_scratch_bytes = 0;
  // Most bytes at once: constants, scratch, staging, scratch of the host's steps.
  uint64_t peak_bytes = 0;
};

// Of a plan whose slots need not be assigned yet. Errors: what recording the steps or preparing
// them for the host reports.
Result<ProgramNeeds> needs_of(const std::shared_ptr<VulkanDevice>& device,
                              const perception::Plan& plan);

}  // namespace geoneuron::engine::vulkan
