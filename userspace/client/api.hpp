// SPDX-License-Identifier: MIT
// What the C functions have in common: the objects behind the handles, and how an Error becomes a
// negative errno and this thread's sentence.
#pragma once

#include <geoneuron/geoneuron.h>

#include <memory>
#include <utility>

#include "client/connect.hpp"
#include "client/context.hpp"

struct geoneuron_context {
  std::shared_ptr<geoneuron::client::Context> context;
  geoneuron::client::Way way;
  uint32_t completion_entries;
};

struct geoneuron_buffer {
  std::shared_ptr<geoneuron::client::Context> context;
  geoneuron::client::BufferMemory memory;
};

namespace geoneuron::client {

// Keeps the sentence for geoneuron_error(); the error as negative errno.
int fail(const Error& error);

// What `call` (a Result<int>) returns. Nothing is thrown into the callers' C: where there is no
// memory for a few bytes the process ends, before anything is half done.
template <typename Call>
int guarded(const Call& call) noexcept {
  const Result<int> result = call();
  return result ? *result : fail(result.error());
}

// Why a command with this completion failed, as far as this library knows by itself.
const char* own_sentence(int result);

// The daemon's sentence for a failed command, or this library's own where it answered itself.
Result<std::string> failure_sentence(geoneuron_context& context,
                                     const geoneuron_completion& completion);

}  // namespace geoneuron::client
