// SPDX-License-Identifier: MIT
// What the sources of Session share, and nobody else.
#pragma once

#include <cstdint>

#include "cli/session.hpp"

namespace geoneuron::cli {

// What a session has with the daemon: one of each.
inline constexpr uint64_t kModelNumber = 1;
inline constexpr uint64_t kPerceptionNumber = 2;

template <typename Work>
auto Session::with_model(const ModelPointer& model, const Work& work) {
  auto result = work();
  if (!result && result.error().code == ESTALE) {
    loaded_ = nullptr;
    result = work();
  }
  // Whatever failed: the next one loads it again.
  if (!result && loaded_ == model) loaded_ = nullptr;
  return result;
}

}  // namespace geoneuron::cli
