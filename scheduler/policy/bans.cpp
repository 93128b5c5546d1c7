// SPDX-License-Identifier: MIT
#include "policy/bans.hpp"

#include <algorithm>

namespace geoneuron::policy {

uint64_t Bans::length_ns(uint32_t steps) const {
  uint64_t length_ns = limits_.first_ns;
  for (uint32_t i = 1; i < steps && length_ns < limits_.longest_ns; ++i) length_ns *= 2;
  return std::min(length_ns, limits_.longest_ns);
}

void Bans::forgive(Record& record, uint64_t now_ns) const {
  uint64_t clean_since_ns = record.until_ns;
  while (record.steps > 0 && now_ns >= clean_since_ns) {
    const uint64_t length = length_ns(record.steps);
    if (now_ns - clean_since_ns < length) return;
    clean_since_ns += length;
    --record.steps;
  }
}

uint64_t Bans::punish(ClientId client, uint64_t now_ns) {
  std::erase_if(records_, [&](auto& row) {
    Record known = row.second;
    forgive(known, now_ns);
    return known.steps == 0 && row.first != client;
  });
  if (records_.size() >= limits_.clients && !records_.contains(client))
    records_.erase(std::min_element(
        records_.begin(), records_.end(),
        [](const auto& a, const auto& b) { return a.second.until_ns < b.second.until_ns; }));
  Record& record = records_[client];
  forgive(record, now_ns);
  ++record.steps;
  record.until_ns = std::max(record.until_ns, now_ns + length_ns(record.steps));
  return record.until_ns;
}

uint64_t Bans::banned_until(ClientId client, uint64_t now_ns) const {
  const auto place = records_.find(client);
  if (place == records_.end() || place->second.until_ns <= now_ns) return 0;
  return place->second.until_ns;
}

}  // namespace geoneuron::policy
