// SPDX-License-Identifier: MIT
// Definitions: how a context's models and perceptions came to be, so that one that its worker has
// lost can be made again. Pure; not thread-safe.
#pragma once

#include <geoneuron/commands.h>

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace geoneuron::client {

// A command that makes a model or a perception, and what the bytes were that it read.
struct Definition {
  geoneuron_command command = {};
  uint64_t digest = 0;
};

// It makes one, and to run it again changes nothing but that: it writes into no buffer.
bool is_repeatable_definition(const geoneuron_command& command);

class Definitions {
 public:
  void remember(const Definition& definition);
  // What these make anew or give up, and the perceptions of such models.
  void forget(std::span<const geoneuron_command> commands);
  // What makes again, in this order, what the command is made from. Nothing: that is not known.
  std::vector<Definition> source_of(const geoneuron_command& command) const;

 private:
  void forget_model(uint64_t model);

  std::unordered_map<uint64_t, Definition> models_, perceptions_;  // by the client's numbers
};

// Of `commands`, which have run: a chain, or one command.
struct Stale {
  size_t begin = 0, count = 0;
  size_t failed = 0;  // the member that named what is lost
};
// Those that failed with -ESTALE and may run again.
std::vector<Stale> find_stale(std::span<const geoneuron_command> commands,
                              std::span<const geoneuron_completion> completions);

}  // namespace geoneuron::client
