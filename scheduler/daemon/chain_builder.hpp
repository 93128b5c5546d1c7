// SPDX-License-Identifier: MIT
// ChainBuilder: puts the commands of one client together into chains. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/accepted.hpp"

namespace geoneuron::daemon {

class ChainBuilder {
 public:
  explicit ChainBuilder(uint32_t completion_entries);

  // Takes the next command, whose own rules are checked (`error`). Returns the group that it
  // completes, if any. Members of a whole chain share the class and deadline of the first; where
  // one has an error the others have -ECANCELED. Of a chain that is too long all have -EINVAL, and
  // each later one is returned alone until the chain's end.
  std::optional<Group> add(Accepted command);

  struct Cancelled {
    uint32_t meant = 0;  // commands with this user_data
    Group group;         // all that the chain had so far, with -ECANCELED
  };
  // Ends the chain that is not complete yet if one of its commands has this user_data; what still
  // comes of it is returned by `add` with -ECANCELED.
  Cancelled cancel(uint64_t user_data);

 private:
  Group finish();

  uint32_t most_;
  Group chain_;     // what has come of the chain under way
  int broken_ = 0;  // what the rest of it completes with; 0: it is whole so far
};

}  // namespace geoneuron::daemon
