// SPDX-License-Identifier: MIT
// Pools of values whose channels lie innermost; kernel.hpp has those of row-major ones.
// Thread-safe.
#pragma once

#include "engine/cpu/kernel.hpp"

namespace geoneuron::engine::cpu {

// MaxPool (without indices) or AveragePool of float32 N x H x W x C, with the same bits as
// run_pool.
Result<void> run_pool_channels_last(const Operation& operation);
Result<uint64_t> pool_channels_last_scratch_bytes(const Prospect& prospect);

}  // namespace geoneuron::engine::cpu
