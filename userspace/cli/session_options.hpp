// SPDX-License-Identifier: MIT
// SessionOptions: where and how a verb computes. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace geoneuron::cli {

struct SessionOptions {
  std::string device = "auto";  // a selector auto, cpu, vulkan, vulkan:N or lavapipe
  uint32_t threads = 0;         // cores that the CPU engine uses; 0 = all
  bool optimize = true;
  bool cache = true;
  std::optional<uint64_t> budget_bytes;  // of a run; what the daemon's workers have where absent
  std::string socket;                    // of the daemon; "": by the environment, or a private one
};

// What a run may take where nothing else is said.
inline constexpr uint64_t kUsualBudget = uint64_t{2} << 30;

// The memory that a run with these options may take.
inline uint64_t budget_of(const SessionOptions& options) {
  return options.budget_bytes.value_or(kUsualBudget);
}

}  // namespace geoneuron::cli
