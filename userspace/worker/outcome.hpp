// SPDX-License-Identifier: MIT
// Outcome: how a job ended: a value, or an error that may come with one. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace geoneuron::worker {

struct Outcome {
  Outcome(uint64_t number) : value(number) {}
  Outcome(Error failure) : error(std::move(failure)) {}

  // ENOSPC: a slot is shorter than what must go into it. `number` tells the client what would do.
  static Outcome too_short(const std::string& what, uint64_t has_bytes, uint64_t needed_bytes,
                           uint64_t number) {
    Outcome outcome(make_error(ENOSPC, "%s: the slot has %llu bytes; %llu are needed", what.c_str(),
                               static_cast<unsigned long long>(has_bytes),
                               static_cast<unsigned long long>(needed_bytes)));
    outcome.value = number;
    return outcome;
  }

  std::optional<Error> error;
  uint64_t value = 0;
};

}  // namespace geoneuron::worker
