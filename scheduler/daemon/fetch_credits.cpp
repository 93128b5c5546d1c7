// SPDX-License-Identifier: MIT
#include "daemon/fetch_credits.hpp"

#include <algorithm>

namespace geoneuron::daemon {

std::optional<FetchCredits::Fetch> FetchCredits::begin() {
  const auto free = std::ranges::find(fetches_, false, &Pending::pends);
  if (free == fetches_.end()) return std::nullopt;
  Fetch fetch;
  fetch.number = static_cast<uint32_t>(free - fetches_.begin());
  fetch.ask.first_slot = static_cast<uint16_t>(fetch.number * kSlots);
  fetch.ask.slot_count = kSlots;
  bool brings_credits = false;
  for (size_t i = 0; i < GEONEURON_CLASSES; ++i) {
    if (is_granted(i) || taken_[i] >= most_) continue;
    free->credits[i] = static_cast<uint16_t>(most_ - taken_[i]);
    fetch.ask.credits[i] = free->credits[i];
    brings_credits = true;
  }
  // One always pends: what the kernel has to tell besides needs no credits.
  if (!brings_credits && std::ranges::count(fetches_, true, &Pending::pends) != 0)
    return std::nullopt;
  free->pends = true;
  return fetch;
}

void FetchCredits::end(uint32_t number) {
  fetches_.at(number) = {};
}

bool FetchCredits::is_granted(size_t priority_class) const {
  return std::ranges::any_of(
      fetches_, [&](const Pending& fetch) { return fetch.credits[priority_class] != 0; });
}

}  // namespace geoneuron::daemon
