// SPDX-License-Identifier: MIT
#include "client/context.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace geoneuron::client {
namespace {

// For a daemon to answer a CANCEL.
constexpr uint64_t kCancelNs = 30'000'000'000;
// A century; more would not fit into the clock, and is without end.
constexpr int64_t kLongestWaitNs = 3'155'760'000'000'000'000;

Result<UniqueFd> make_eventfd() {
  UniqueFd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) return make_error(errno, "eventfd: %s", std::strerror(errno));
  return fd;
}

// An eventfd as a lamp that is on or off; to turn it to what it is fails, and may.
void turn(const UniqueFd& lamp, bool on) {
  eventfd_t ignored = 0;
  if ((on ? eventfd_write(lamp.get(), 1) : eventfd_read(lamp.get(), &ignored)) != 0) return;
}

std::chrono::steady_clock::time_point time_point(uint64_t time_ns) {
  // libstdc++'s steady clock is CLOCK_MONOTONIC.
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(time_ns));
}

}  // namespace

Result<std::unique_ptr<Context>> Context::create(std::unique_ptr<Transport> transport,
                                                 uint32_t completion_entries) {
  UniqueFd kick = GN_TRY(make_eventfd());
  Poller sleep = GN_TRY(Poller::create());
  GN_TRY(sleep.add(transport->event_fd(), EPOLLIN));
  GN_TRY(sleep.add(kick.get(), EPOLLIN));
  return std::unique_ptr<Context>(
      new Context(std::move(transport), completion_entries, std::move(sleep), std::move(kick)));
}

Context::Context(std::unique_ptr<Transport> transport, uint32_t completion_entries, Poller sleep,
                 UniqueFd kick)
    : completion_entries_(completion_entries),
      transport_(std::move(transport)),
      sleep_(std::move(sleep)),
      kick_(std::move(kick)) {}

Context::~Context() = default;

void Context::close() {
  const Lock lock(mutex_);
  transport_.reset();
}

Result<void> Context::check_connected() const {
  if (transport_ == nullptr) return make_error(ENOTCONN, "the context is disconnected");
  return {};
}

Result<uint32_t> Context::submit(std::span<const geoneuron_command> commands) {
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  for (const auto& command : commands)
    if (command.user_data >= kReservedUserData)
      return invalid("user_data 0x%llx: must be below 0x%llx, where the library's own begin",
                     static_cast<unsigned long long>(command.user_data),
                     static_cast<unsigned long long>(kReservedUserData));
  definitions_.forget(commands);
  return submit_locked(commands);
}

Result<uint32_t> Context::submit_locked(std::span<const geoneuron_command> commands) {
  if (commands.empty()) return 0U;
  const uint32_t room = completion_entries_ - in_use_;
  const std::vector<Unit> units =
      cut_into_units(commands, completion_entries_, room, after_broken_);
  if (units.empty())
    return make_error(EAGAIN, "%u commands of %u wait for their completions to come or be reaped",
                      in_use_, completion_entries_);
  arrived_.clear();
  Result<uint32_t> accepted = transport_->submit(units, arrived_);
  const uint32_t count = accepted ? *accepted : 0;
  in_use_ += count;
  size_t seen = 0;
  for (auto unit = units.begin(); unit != units.end() && seen < count; ++unit) {
    after_broken_ = goes_on(*unit);
    seen += unit->commands.size();
  }
  deliver();
  return accepted;
}

void Context::take_arrived() {
  arrived_.clear();
  if (transport_->poll(arrived_)) wake_others();
  deliver();
}

void Context::wake_others() {
  changed_.notify_all();
  if (!has_leader_ || is_kicked_) return;
  is_kicked_ = true;
  turn(kick_, true);
}

void Context::deliver() {
  if (arrived_.empty()) return;
  for (const geoneuron_completion& completion : arrived_) {
    const auto member = runs_.find(completion.user_data);
    if (member == runs_.end()) {
      unread_.push_back(completion);
      continue;
    }
    const auto [run, index] = member->second;
    run->completions[index] = completion;
    run->completions[index].user_data = run->commands[index].user_data;
    --run->left;
    --in_use_;
    --run_in_use_;
    runs_.erase(member);
  }
  arrived_.clear();
  show_readiness();
  wake_others();
}

void Context::show_readiness() {
  if (!poll_ || is_ready_ == !unread_.empty()) return;
  is_ready_ = !unread_.empty();
  turn(ready_, is_ready_);
}

Result<size_t> Context::reap(std::span<geoneuron_completion> completions) {
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  if (unread_.size() < completions.size()) take_arrived();
  const size_t count = std::min(completions.size(), unread_.size());
  const auto end = unread_.begin() + static_cast<std::ptrdiff_t>(count);
  std::copy(unread_.begin(), end, completions.begin());
  unread_.erase(unread_.begin(), end);
  in_use_ -= static_cast<uint32_t>(count);
  show_readiness();
  // run() may wait for the places, and others for fewer completions than they had to.
  if (count > 0) wake_others();
  return count;
}

bool Context::wait_until(Lock& lock, std::optional<uint64_t> deadline_ns,
                         const std::function<bool()>& is_done) {
  for (;;) {
    // A leader that sleeps takes for all.
    if (!has_leader_) take_arrived();
    const bool done = is_done();
    if (done || (deadline_ns && now_ns() >= *deadline_ns)) {
      // This thread may have been the one to lead; whoever this wakes does, or wakes the next.
      if (!has_leader_) changed_.notify_one();
      return done;
    }
    if (!has_leader_)
      lead(lock, deadline_ns);
    else if (deadline_ns)
      changed_.wait_until(lock, time_point(*deadline_ns));
    else
      changed_.wait(lock);
  }
}

void Context::lead(Lock& lock, std::optional<uint64_t> deadline_ns) {
  has_leader_ = true;
  lock.unlock();
  wait_readable(sleep_.fd(), deadline_ns);
  lock.lock();
  has_leader_ = false;
  if (is_kicked_) turn(kick_, false);
  is_kicked_ = false;
}

Result<void> Context::wait(uint32_t minimum, int64_t timeout_ns) {
  Lock lock(mutex_);
  GN_TRY(check_connected());
  std::optional<uint64_t> deadline_ns;
  if (timeout_ns >= 0 && timeout_ns < kLongestWaitNs)
    deadline_ns = now_ns() + static_cast<uint64_t>(timeout_ns);
  const bool is_there = wait_until(lock, deadline_ns, [this, minimum] {
    return unread_.size() >= std::min(minimum, in_use_ - run_in_use_);
  });
  if (!is_there) return make_error(ETIME, "%zu of %u completions in time", unread_.size(), minimum);
  return {};
}

Result<geoneuron_cancel> Context::cancel(uint64_t user_data) {
  Lock lock(mutex_);
  GN_TRY(check_connected());
  const auto call = std::make_shared<CancelCall>(user_data);
  const bool is_answered = wait_until(lock, now_ns() + kCancelNs, [this, &call] {
    arrived_.clear();
    transport_->cancel(call, arrived_);
    deliver();
    return call->is_done;
  });
  if (!is_answered) return make_error(ETIMEDOUT, "CANCEL: no answer from the daemon");
  call->answer.not_found = call->answer.cancelled + call->answer.requested == 0 ? 1 : 0;
  return call->answer;
}

Result<void> Context::run_once(std::span<const geoneuron_command> commands,
                               std::span<geoneuron_completion> completions) {
  if (commands.size() > completion_entries_)
    return invalid("%zu commands at once: at most %u", commands.size(), completion_entries_);
  Lock lock(mutex_);
  GN_TRY(check_connected());
  const auto count = static_cast<uint32_t>(commands.size());
  const auto may_fit = [this, count] { return unread_.size() + count <= completion_entries_; };
  wait_until(lock, std::nullopt, [this, count, &may_fit] {
    return !may_fit() || in_use_ + count <= completion_entries_;
  });
  if (!may_fit())
    return make_error(EAGAIN, "%zu completions wait to be reaped: no place for %u commands",
                      unread_.size(), count);
  Run run{commands, completions, 0};
  std::vector<geoneuron_command> own(commands.begin(), commands.end());
  for (size_t i = 0; i < own.size(); ++i) {
    own[i].user_data = kReservedUserData | (next_run_++ & 0xFFFF'FFFF);
    runs_[own[i].user_data] = {&run, i};
  }
  run.left = count;
  run_in_use_ += count;
  const auto accepted = submit_locked(own);
  // What was not accepted has no completion to come.
  for (size_t i = accepted ? *accepted : 0; i < own.size(); ++i) {
    runs_.erase(own[i].user_data);
    --run.left;
    --run_in_use_;
    completions[i] = {commands[i].user_data, -ECANCELED, 0, 0, 0};
  }
  wait_until(lock, std::nullopt, [&run] { return run.left == 0; });
  if (!accepted) return accepted.error();
  if (*accepted < count)
    return make_error(EDQUOT, "%u commands of %u were accepted", *accepted, count);
  return {};
}

Result<int> Context::poll_fd() {
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  if (poll_) return poll_->fd();
  UniqueFd ready = GN_TRY(make_eventfd());
  Poller poller = GN_TRY(Poller::create());
  GN_TRY(poller.add(transport_->event_fd(), EPOLLIN));
  GN_TRY(poller.add(ready.get(), EPOLLIN));
  ready_ = std::move(ready);
  poll_.emplace(std::move(poller));
  show_readiness();
  return poll_->fd();
}

Result<BufferMemory> Context::create_buffer(uint64_t size_bytes) {
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  if (size_bytes == 0 || size_bytes > INT64_MAX - page)
    return invalid("a buffer of %llu bytes: must be 1 or more, and what memory holds",
                   static_cast<unsigned long long>(size_bytes));
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  BufferMemory made = GN_TRY(transport_->create_buffer((size_bytes + page - 1) / page * page));
  memory_[made.handle] = made.memory;
  return made;
}

Result<BufferMemory> Context::import_buffer(int fd, uint32_t flags) {
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  return transport_->import_buffer(fd, flags);
}

Result<void> Context::destroy_buffer(uint32_t handle) {
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  memory_.erase(handle);
  return transport_->destroy_buffer(handle);
}

Result<geoneuron_info> Context::info() {
  const Lock lock(mutex_);
  GN_TRY(check_connected());
  return transport_->info();
}

}  // namespace geoneuron::client
