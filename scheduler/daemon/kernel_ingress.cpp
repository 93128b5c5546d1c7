// SPDX-License-Identifier: MIT
#include "daemon/kernel_ingress.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "daemon/slot_memory.hpp"
#include "daemon/touching.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint32_t kMostOfAClass = 512;           // commands with the daemon at a time
constexpr uint64_t kStandbyLookNs = 100'000'000;  // how often a standby looks
constexpr uint64_t kLooksPerLease = 4;

bool is_of_chain(const geoneuron_record& record, uint64_t chain_id) {
  return record.kind == GEONEURON_RECORD_COMMAND && chain_id != 0 && record.chain_id == chain_id;
}

}  // namespace

KernelIngress::KernelIngress(const Parts& parts, KernelSession session)
    : parts_(parts), session_(std::move(session)), credits_(kMostOfAClass) {}

void KernelIngress::handle(Event& event) {
  if (event.token.source == Source::kKernelFetch)
    fetched(event);
  else
    committed(event);
}

void KernelIngress::fetched(const Event& event) {
  const auto number = static_cast<uint32_t>(event.token.id);
  credits_.end(number);
  if (closed_ || loss_ || event.result == -ETIME) return;
  if (event.result == -ECANCELED || event.result == -ENOTCONN)
    return lose("the kernel has ended this daemon's session");
  if (event.result < 0) return lose(std::string("FETCH: ") + std::strerror(-event.result));
  if (!is_active()) {
    if (Result<void> looked = session_.look(); !looked) return lose(looked.error().message);
  }
  take({session_.records() + size_t{number} * FetchCredits::kSlots,
        static_cast<size_t>(event.result)});
}

void KernelIngress::take(Records records) {
  while (!records.empty()) {
    const geoneuron_record& first = records.front();
    size_t count = 1;
    if (first.kind == GEONEURON_RECORD_COMMAND) {
      while (count < records.size() && is_of_chain(records[count], first.chain_id)) ++count;
      take_commands(records.first(count));
    } else {
      take_notice(first);
    }
    records = records.subspan(count);
  }
}

void KernelIngress::take_notice(const geoneuron_record& record) {
  if (record.kind == GEONEURON_RECORD_BUFFER_GONE) {
    buffers_.erase(record.buffer_ids[0]);
  } else if (record.kind == GEONEURON_RECORD_CONTEXT_GONE) {
    context_gone(record.context_id);
  } else if (const auto found = taken_.find(record.command_id); found != taken_.end()) {
    const Touching touching(&session_, record.command_id);
    parts_.sink.cancel_job(found->second.job);
  }
}

// One command, or members of one chain that follow each other.
void KernelIngress::take_commands(Records records) {
  const geoneuron_record& first = records.front();
  const bool more = (records.back().flags & GEONEURON_RECORD_CHAIN_MORE) != 0;
  Context& context = context_of(first);
  const uint64_t number = context.number;
  OpenChain& open = context.open_chains[first.command.priority_class];
  // First come, first served within context and class: the one before can have no more members.
  if (open.chain != 0 && open.kernel_id != first.chain_id)
    parts_.sink.end_chain(std::exchange(open, {}).chain);
  Group group;
  for (const geoneuron_record& record : records) group.push_back(accept(record));
  const bool is_begun =
      open.chain != 0 || (first.chain_id != 0 && first.chain_id != first.command_id);
  const Piece piece = {.chain = open.chain, .is_begun = is_begun, .more = more};
  if (!more)
    open = {};
  else if (!is_begun)
    open = {.kernel_id = first.chain_id, .chain = group.front().id};
  const Touching touching(&session_, first.command_id);
  parts_.sink.submit_piece(number, std::move(group), piece);
}

Accepted KernelIngress::accept(const geoneuron_record& record) {
  const Touching touching(&session_, record.command_id);
  Accepted accepted;
  accepted.id = parts_.sink.next_command_id();
  accepted.command_id = record.command_id;
  accepted.kernel = &session_;
  accepted.replay = (record.flags & GEONEURON_RECORD_REPLAY) != 0;
  accepted.command = record.command;
  bring_buffers(record, accepted);
  const uint8_t priority_class = record.command.priority_class;
  credits_.take(priority_class);
  taken_[record.command_id] = {.job = accepted.id,
                               .context_id = record.context_id,
                               .epoch = record.epoch,
                               .attempt = record.attempt,
                               .priority_class = priority_class};
  return accepted;
}

void KernelIngress::bring_buffers(const geoneuron_record& record, Accepted& accepted) {
  for (size_t slot = 0; slot < record.command.buffer_count; ++slot) {
    BufferRef& buffer = buffers_[record.buffer_ids[slot]];
    if (!buffer) buffer = parts_.buffers.add_foreign(record.uid);
    accepted.buffers[slot] = buffer.another();
    const bool writes = (record.command.buffers[slot].access & GEONEURON_ACCESS_WRITE) != 0;
    if (!accepted.replay || !writes) continue;
    // Its client has its completion: what it writes, it writes into the void.
    uint64_t size_bytes = 0;
    Result<UniqueFd> copy = copy_of_slot(accepted, slot, size_bytes);
    if (copy)
      accepted.buffers[slot] = parts_.buffers.add_own(record.uid, std::move(*copy), size_bytes);
    else
      accepted.fail(-copy.error().code, copy.error().message);
  }
}

KernelIngress::Context& KernelIngress::context_of(const geoneuron_record& record) {
  const auto [place, is_new] = contexts_.try_emplace(record.context_id);
  if (is_new) {
    place->second.number = parts_.clients.new_context();
    numbers_[place->second.number] = record.context_id;
    parts_.clients.opened({.id = place->second.number,
                           .user = record.uid,
                           .pid = static_cast<pid_t>(record.process),
                           .highest_class = record.highest_class});
  }
  return place->second;
}

// Nothing of it is left but a member of a chain that ran again for nothing.
void KernelIngress::context_gone(uint64_t context_id) {
  const auto found = contexts_.find(context_id);
  if (found == contexts_.end()) return;
  for (const OpenChain& open : found->second.open_chains)
    if (open.chain != 0) parts_.sink.end_chain(open.chain);
  std::erase_if(taken_, [&](const auto& entry) {
    if (entry.second.context_id != context_id) return false;
    credits_.give(entry.second.priority_class);
    return true;
  });
  const uint64_t number = found->second.number;
  numbers_.erase(number);
  contexts_.erase(found);
  parts_.clients.closed(number);
}

bool KernelIngress::deliver(const Answer& answer) {
  if (!numbers_.contains(answer.context)) return false;
  const auto* completion = std::get_if<geoneuron_completion>(&answer.what);
  const auto* not_begun = std::get_if<NotBegun>(&answer.what);
  geoneuron_commit_entry entry = {};
  if (completion != nullptr) entry.command_id = completion->command_id;
  if (not_begun != nullptr) entry.command_id = not_begun->command_id;
  const auto found = taken_.find(entry.command_id);
  if (found == taken_.end()) return true;
  entry.epoch = found->second.epoch;
  entry.attempt = found->second.attempt;
  if (completion != nullptr) {
    entry.result = completion->result;
    entry.value = completion->value;
  }
  (completion != nullptr ? commits_ : given_back_).push_back(entry);
  credits_.give(found->second.priority_class);
  taken_.erase(found);
  return true;
}

void KernelIngress::flush() {
  if (closed_ || loss_) return;
  commit(commits_, 0);
  commit(given_back_, GEONEURON_COMMIT_GIVE_BACK);
  if (!serving_ || draining_) return;
  while (const auto fetch = credits_.begin())
    parts_.loop.fetch({Source::kKernelFetch, fetch->number}, session_.fd(), fetch->ask);
}

void KernelIngress::commit(std::vector<geoneuron_commit_entry>& entries, uint32_t flags) {
  const bool retires = flags != 0 && std::exchange(retires_, false);
  for (size_t done = 0; done < entries.size() || (done == 0 && retires);
       done += GEONEURON_MAX_RECORDS) {
    const auto begin = entries.begin() + static_cast<ptrdiff_t>(done);
    const size_t count = std::min<size_t>(entries.size() - done, GEONEURON_MAX_RECORDS);
    ++committing_;
    parts_.loop.commit({Source::kKernelCommit, 0}, session_.fd(),
                       {begin, begin + static_cast<ptrdiff_t>(count)}, flags);
  }
  entries.clear();
}

void KernelIngress::drain() {
  draining_ = true;
  retires_ = is_active();
}

bool KernelIngress::has_unsent() const {
  return !loss_ && (retires_ || !commits_.empty() || !given_back_.empty() || committing_ > 0);
}

void KernelIngress::committed(const Event& event) {
  --committing_;
  if (closed_ || loss_) return;
  if (event.result < 0) {
    // Nothing of it is known to have counted: the session is of no use any more.
    return lose(event.result == -ENOTCONN ? "the kernel has ended this daemon's session"
                                          : std::string("COMMIT: ") + std::strerror(-event.result));
  }
  const size_t count = event.bytes.size() / sizeof(geoneuron_commit_entry);
  if (static_cast<size_t>(event.result) != count)
    log(LogLevel::kInfo, "kernel: of %zu results %d counted; the others' chains were over", count,
        event.result);
}

uint64_t KernelIngress::wake_ns() const {
  if (closed_ || loss_) return 0;
  // The lease does not run while the daemon asks for commands and has none.
  const bool owes = !is_active() || !serving_ || draining_ || !taken_.empty();
  return owes ? std::max<uint64_t>(next_look_ns_, 1) : 0;
}

void KernelIngress::tick(uint64_t now) {
  if (closed_ || loss_ || now < next_look_ns_ || wake_ns() == 0) return;
  const bool was_active = is_active();
  if (Result<void> looked = session_.look(); !looked) return lose(looked.error().message);
  if (!was_active && is_active())
    log(LogLevel::kInfo, "kernel: promoted; epoch %u", session_.epoch());
  next_look_ns_ = now + (is_active() ? session_.lease_ns() / kLooksPerLease : kStandbyLookNs);
}

void KernelIngress::close_all() {
  if (std::exchange(closed_, true)) return;
  session_.detach();
}

void KernelIngress::lose(const std::string& reason) {
  loss_ = make_error(EOWNERDEAD,
                     "kernel: %s: this daemon and its workers end, so that another can "
                     "go on",
                     reason.c_str());
}

}  // namespace geoneuron::daemon
