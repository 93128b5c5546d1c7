// SPDX-License-Identifier: MIT
// Workers: what time brings: when each is started, told to end, or killed.
#include <algorithm>
#include <cerrno>

#include "daemon/workers.hpp"

namespace geoneuron::daemon {

void Workers::user_came(uid_t user) {
  for (auto& [key, slot] : slots_)
    if (slot->user == user) slot->idle_since_ns = 0;
}

void Workers::user_left(uid_t user) {
  const uint64_t now = now_ns();
  for (auto& [key, slot] : slots_)
    if (slot->user == user) slot->idle_since_ns = now;
}

void Workers::kill(policy::WorkerId worker, const std::string& reason) {
  if (Slot* slot = find(worker); slot != nullptr && slot->link) kill(*slot, reason);
}

void Workers::kill(Slot& slot, const std::string& reason) {
  if (slot.killed_because.empty()) slot.killed_because = reason;
  slot.link->child().kill();
}

void Workers::stop(Slot& slot, uint64_t now) {
  slot.stopping = true;
  slot.wanted = false;
  slot.stop_ns = now + options_.limits.stop_ns;
  // The policy gives it nothing more.
  reports_.push_back(
      Lost{slot.id,
           {.result = -EIO, .value = 0, .device_ns = 0, .reason = "its worker was told to end"},
           false});
  if (!slot.ready) return kill(slot, "was not needed any more");
  ring::Request request;
  request.kind = ring::RequestKind::kStop;
  slot.link->put(request);
  slot.changed = true;
}

void Workers::stop_all() {
  ending_ = true;
  std::erase_if(slots_, [](const auto& entry) { return !entry.second->link; });
  const uint64_t now = now_ns();
  for (auto& [key, slot] : slots_)
    if (!slot->stopping) stop(*slot, now);
}

void Workers::tick(uint64_t now) {
  std::vector<std::pair<policy::DeviceId, uid_t>> unused;
  for (auto& [key, slot] : slots_) {
    if (slot->retry_ns != 0 && now >= slot->retry_ns) slot->changed = true;
    const uint64_t at = due(*slot);
    if (at == 0 || now < at) continue;
    if (!slot->link && slot->wanted)
      start(*slot, now);
    else if (!slot->link)
      unused.push_back(key);
    else if (slot->stopping)
      kill(*slot, "did not end when told to");
    else if (!slot->running.empty() || !slot->ready)
      kill(*slot, "gave no sign of life for " +
                      std::to_string(options_.limits.patience_ns / 1'000'000'000) + " s");
    else
      stop(*slot, now);
  }
  for (const auto& key : unused) slots_.erase(key);
}

// When something is to be done about it; 0: at no time.
uint64_t Workers::due(const Slot& slot) const {
  if (!slot.link) {
    if (slot.wanted) return std::max<uint64_t>(slot.not_before_ns, 1);
    return slot.idle_since_ns == 0 ? 0 : slot.idle_since_ns + options_.limits.idle_ns;
  }
  if (!slot.killed_because.empty()) return 0;
  if (slot.stopping) return slot.stop_ns;
  if (!slot.running.empty() || !slot.ready) return slot.progress_ns + options_.limits.patience_ns;
  return slot.idle_since_ns == 0 ? 0 : slot.idle_since_ns + options_.limits.idle_ns;
}

uint64_t Workers::wake_ns() const {
  uint64_t wake = 0;
  for (const auto& [key, slot] : slots_)
    for (const uint64_t at : {due(*slot), slot->retry_ns})
      if (at != 0 && (wake == 0 || at < wake)) wake = at;
  return wake;
}

std::vector<Workers::Row> Workers::rows() const {
  std::vector<Row> rows;
  for (const auto& [key, slot] : slots_)
    rows.push_back({.worker = slot->id,
                    .device = slot->device,
                    .user = slot->user,
                    .pid = slot->link ? slot->link->child().pid() : 0,
                    .starts = slot->starts,
                    .running = slot->running.size(),
                    .resident_bytes = slot->resident_bytes,
                    .serves_with = slot->serves_with});
  return rows;
}

Workers::Slot* Workers::find(policy::WorkerId worker) {
  for (auto& [key, slot] : slots_)
    if (slot->id == worker) return slot.get();
  return nullptr;
}

Workers::Slot* Workers::find(const Token& token) {
  const auto found = by_generation_.find(token.id);
  return found == by_generation_.end() ? nullptr : found->second;
}

Token Workers::token(Source source, const Slot& slot) const {
  return {source, slot.generation};
}

}  // namespace geoneuron::daemon
