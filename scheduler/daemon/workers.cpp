// SPDX-License-Identifier: MIT
#include "daemon/workers.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "base/printable.hpp"
#include "daemon/touching.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kMillisecond = 1'000'000;
constexpr uint64_t kDeathsForgottenNs = 10'000 * kMillisecond;
constexpr size_t kDeathsForgiven = 3;  // within that time, before restarts are held back
constexpr uint64_t kFirstPauseNs = 250 * kMillisecond;
constexpr size_t kMostDoublings = 5;  // 8 s
constexpr uint64_t kRingRetryNs = kMillisecond;

Outcome lost_outcome(int error, const std::string& reason) {
  return {.result = error, .value = 0, .device_ns = 0, .reason = reason};
}

}  // namespace

Workers::~Workers() {
  for (auto& [key, slot] : slots_)
    if (slot->link) {
      loop_->forget(slot->link->control_fd());
      loop_->forget(slot->link->doorbell_fd());
      loop_->forget(slot->link->child().pidfd());
    }
}

policy::WorkerId Workers::worker_of(policy::DeviceId device, uid_t user) {
  std::unique_ptr<Slot>& slot = slots_[{device, user}];
  if (!slot) {
    slot = std::make_unique<Slot>();
    slot->id = policy::WorkerId{next_id_++};
    slot->device = device;
    slot->user = user;
  }
  slot->wanted = true;
  return slot->id;
}

void Workers::start(Slot& slot, uint64_t now) {
  ++slot.starts;
  auto link =
      WorkerLink::start(options_.program, devices_.at(static_cast<uint32_t>(slot.device) - 1),
                        options_.limits.memory, options_.fences);
  if (!link) {
    note_death(slot, now);
    slot.wanted = false;
    reports_.push_back(Lost{slot.id, lost_outcome(-ENODEV, link.error().message), true});
    return;
  }
  slot.link = std::move(*link);
  slot.generation = next_generation_++;
  slot.ready = slot.stopping = slot.waits_for_room = false;
  slot.killed_because.clear();
  slot.stop_ns = slot.retry_ns = 0;
  slot.progress_ns = now;
  by_generation_[slot.generation] = &slot;
  loop_->poll(token(Source::kWorkerExit, slot), slot.link->child().pidfd(), POLLIN);
  loop_->receive(token(Source::kWorkerControl, slot), slot.link->control_fd(),
                 sizeof(ring::ReadyMessage) + 1);
}

void Workers::handle(const Event& event) {
  Slot* slot = find(event.token);
  if (slot == nullptr || event.result == -ECANCELED) return;  // of one that is no more
  switch (event.token.source) {
    case Source::kWorkerExit:
      return ended(*slot);
    case Source::kWorkerControl:
      return became_ready(*slot, event);
    case Source::kWorkerRoom:
      slot->waits_for_room = false;
      slot->changed = true;
      return;
    default:
      return take_replies(*slot);
  }
}

void Workers::became_ready(Slot& slot, const Event& event) {
  if (event.result <= 0) return;  // its end comes by its pidfd
  ring::ReadyMessage message;
  if (event.bytes.size() != sizeof message || slot.ready)
    return kill(slot, "sent a message of another size than ReadyMessage");
  std::memcpy(&message, event.bytes.data(), sizeof message);
  message.sentence[sizeof message.sentence - 1] = 0;
  if (message.version != ring::kProtocolVersion)
    return kill(slot, "speaks version " + std::to_string(message.version) +
                          " of the protocol; the daemon speaks " +
                          std::to_string(ring::kProtocolVersion));
  slot.serves_with = printable(message.sentence);
  if (message.error != 0) return kill(slot, "cannot serve: " + slot.serves_with);
  slot.ready = true;
  reports_.push_back(Ready{slot.id});
  take_replies(slot);  // and listens for the next
}

void Workers::take_replies(Slot& slot) {
  replies_.clear();
  const Result<void> taken = slot.link->take_replies(replies_);
  if (!taken) return kill(slot, "broke the protocol: " + taken.error().message);
  if (!replies_.empty()) slot.progress_ns = now_ns();
  for (const ring::Reply& reply : replies_) {
    slot.running.erase(reply.job);
    slot.resident_bytes = reply.resident_bytes;
    reports_.push_back(Replied{slot.id, reply});
  }
  loop_->poll(token(Source::kWorkerDoorbell, slot), slot.link->doorbell_fd(), POLLIN);
}

void Workers::ended(Slot& slot) {
  const uint64_t now = now_ns();
  // What it finished before its end counts.
  if (slot.ready)
    for (const ring::Reply& reply : slot.link->last_replies())
      reports_.push_back(Replied{slot.id, reply});
  loop_->forget(slot.link->control_fd());
  loop_->forget(slot.link->doorbell_fd());
  const pid_t pid = slot.link->child().pid();
  const std::string how = slot.link->child().reap();
  const std::string reason =
      "its worker " + (slot.killed_because.empty() ? how : slot.killed_because);
  by_generation_.erase(slot.generation);
  slot.link.reset();
  slot.running.clear();
  const bool was_ready = std::exchange(slot.ready, false);
  if (std::exchange(slot.stopping, false)) {
    reports_.push_back(Lost{slot.id, lost_outcome(-EIO, reason), false});
    if (!slot.wanted || ending_) slots_.erase({slot.device, slot.user});
    return;
  }
  log(LogLevel::kWarning, "worker %d of device %u: %s", pid, static_cast<uint32_t>(slot.device),
      reason.c_str());
  note_death(slot, now);
  reports_.push_back(Lost{slot.id, lost_outcome(was_ready ? -EIO : -ENODEV, reason), !was_ready});
  slot.wanted = was_ready && !ending_;  // else when somebody asks for it again
  if (ending_) slots_.erase({slot.device, slot.user});
}

// The first deaths are followed by a start at once, later ones by longer and longer pauses.
void Workers::note_death(Slot& slot, uint64_t now) {
  while (!slot.deaths.empty() && now - slot.deaths.front() > kDeathsForgottenNs)
    slot.deaths.pop_front();
  slot.deaths.push_back(now);
  slot.not_before_ns = 0;
  if (slot.deaths.size() < kDeathsForgiven) return;
  const size_t doublings = std::min(slot.deaths.size() - kDeathsForgiven, kMostDoublings);
  slot.not_before_ns = now + (kFirstPauseNs << doublings);
}

std::vector<std::pair<uint64_t, Outcome>> Workers::send(policy::WorkerId worker,
                                                        const std::vector<const Job*>& jobs) {
  std::vector<std::pair<uint64_t, Outcome>> failed;
  Slot* slot = find(worker);
  if (slot == nullptr || !slot->ready || slot->stopping) {
    // It has ended in this very turn; the policy hears of it in the next.
    for (const Job* job : jobs)
      failed.emplace_back(job->id(), lost_outcome(-EIO, "its worker has ended"));
    return failed;
  }
  std::vector<const Job*> sent;
  uint64_t broken_chain = 0;
  for (const Job* job : jobs) {
    const Touching touching(job->accepted);
    if (job->chain != 0 && job->chain == broken_chain) {
      failed.emplace_back(job->id(), lost_outcome(-ECANCELED, "another of its chain failed"));
    } else if (Result<void> brought = slot->link->bring_buffers(*job); !brought) {
      failed.emplace_back(job->id(), lost_outcome(-EACCES, brought.error().message));
      broken_chain = job->chain;
    } else {
      sent.push_back(job);
    }
  }
  if (slot->running.empty()) slot->progress_ns = now_ns();
  for (size_t i = 0; i < sent.size(); ++i) {
    uint32_t flags = 0;
    if (i + 1 < sent.size()) {
      flags |= ring::kBatchMore;
      if (sent[i]->chain != 0 && sent[i]->chain == sent[i + 1]->chain) flags |= ring::kChainMore;
    }
    slot->running.insert(sent[i]->id());
    slot->link->put_job(*sent[i], flags);
  }
  slot->changed = true;
  return failed;
}

void Workers::ask_cancel(policy::WorkerId worker, uint64_t job) {
  Slot* slot = find(worker);
  if (slot == nullptr || !slot->link || !slot->running.contains(job)) return;
  ring::Request request;
  request.kind = ring::RequestKind::kCancel;
  request.job = job;
  slot->link->put(request);
  slot->changed = true;
}

void Workers::context_gone(uint64_t context, uid_t user) {
  for (auto& [key, slot] : slots_)
    if (slot->user == user && slot->link) {
      slot->link->context_gone(context);
      slot->changed = true;
    }
}

void Workers::buffer_gone(uint64_t buffer, uid_t user) {
  for (auto& [key, slot] : slots_)
    if (slot->user == user && slot->link) {
      slot->link->buffer_gone(buffer);
      slot->changed = true;
    }
}

void Workers::flush() {
  for (auto& [key, slot] : slots_)
    if (slot->changed && slot->link && slot->ready && !slot->waits_for_room) flush(*slot);
}

void Workers::flush(Slot& slot) {
  slot.changed = false;
  slot.retry_ns = 0;
  const auto flushed = slot.link->flush();
  if (!flushed) {
    // One that is about to end is no rule-breaker: its end comes by its pidfd.
    if (flushed.error().code == EPROTO)
      kill(slot, "broke the protocol: " + flushed.error().message);
  } else if (*flushed == WorkerLink::Flushed::kControlFull) {
    slot.waits_for_room = true;
    loop_->poll(token(Source::kWorkerRoom, slot), slot.link->control_fd(), POLLOUT);
  } else if (*flushed == WorkerLink::Flushed::kRingFull) {
    slot.changed = true;
    slot.retry_ns = now_ns() + kRingRetryNs;
  }
}

}  // namespace geoneuron::daemon
