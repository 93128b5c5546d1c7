// SPDX-License-Identifier: MIT
#include "daemon/outbox.hpp"

#include "daemon/message.hpp"

namespace geoneuron::daemon {

Outbox::Next Outbox::take() {
  if (const auto* answer = std::get_if<geoneuron_cancel>(&entries_.front())) {
    Next next{.message = message_of(GEONEURON_MESSAGE_CANCELLED, *answer)};
    entries_.pop_front();
    --answers_;
    return next;
  }
  std::vector<geoneuron_completion> completions;
  while (!entries_.empty() && completions.size() < GEONEURON_MESSAGE_ENTRIES) {
    const auto* completion = std::get_if<geoneuron_completion>(&entries_.front());
    if (completion == nullptr) break;
    completions.push_back(*completion);
    entries_.pop_front();
  }
  return {.message = message_of(GEONEURON_MESSAGE_COMPLETIONS,
                                std::span<const geoneuron_completion>(completions)),
          .completions = static_cast<uint32_t>(completions.size())};
}

}  // namespace geoneuron::daemon
