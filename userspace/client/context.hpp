// SPDX-License-Identifier: MIT
// Context: one client's connection, whichever way its commands travel. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/definitions.hpp"
#include "client/poller.hpp"
#include "client/transport.hpp"

namespace geoneuron::client {

// Invariant: commands accepted and not reaped are never more than completion_entries; so what is
// unread here is bounded, whoever does not read it.
//
// No thread runs for a context. Of the threads that wait, one (the leader) sleeps on the
// transport's fd, takes what arrives for all, and wakes the others, who sleep on a condition; when
// it leaves, one of them becomes the leader. A thread that takes something while the leader sleeps
// wakes it with the kick, lest it sleeps on what has come already.
class Context {
 public:
  static Result<std::unique_ptr<Context>> create(std::unique_ptr<Transport> transport,
                                                 uint32_t completion_entries);
  ~Context();

  // How many of `commands` were accepted. EAGAIN: no place for the first of them.
  Result<uint32_t> submit(std::span<const geoneuron_command> commands);
  // Takes what has come; the number taken.
  Result<size_t> reap(std::span<geoneuron_completion> completions);
  // Waits until `minimum` completions can be reaped, or as many as are outstanding. ETIME.
  // timeout_ns: negative waits without end.
  Result<void> wait(uint32_t minimum, int64_t timeout_ns);
  Result<geoneuron_cancel> cancel(uint64_t user_data);
  // Submits all, at most completion_entries, and waits for their completions, which nobody else
  // sees. What names a model or perception that is lost runs again once these are made again, where
  // that may be. EAGAIN: completions that nobody reaped take the places.
  Result<void> run(std::span<const geoneuron_command> commands,
                   std::span<geoneuron_completion> completions);
  // Readable while something may be to reap: reap() finds out.
  Result<int> poll_fd();

  Result<BufferMemory> create_buffer(uint64_t size_bytes);
  Result<BufferMemory> import_buffer(int fd, uint32_t flags);
  Result<void> destroy_buffer(uint32_t handle);
  Result<geoneuron_info> info();

  // Every later call fails with ENOTCONN. No other call may be under way.
  void close();

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Run {
    std::span<const geoneuron_command> commands;
    std::span<geoneuron_completion> completions;
    size_t left = 0;
  };
  struct RunMember {
    Run* run;
    size_t index;
  };

  Context(std::unique_ptr<Transport> transport, uint32_t completion_entries, Poller sleep,
          UniqueFd kick);

  Result<void> check_connected() const;
  // redefine.cpp
  std::optional<uint64_t> digest_of(const geoneuron_command& command);
  std::vector<std::optional<Definition>> definitions_in(
      std::span<const geoneuron_command> commands);
  bool make_source_again(const geoneuron_command& command);
  void run_stale_again(std::span<const geoneuron_command> commands,
                       std::span<geoneuron_completion> completions);
  Result<void> run_once(std::span<const geoneuron_command> commands,
                        std::span<geoneuron_completion> completions);
  Result<uint32_t> submit_locked(std::span<const geoneuron_command> commands);
  void take_arrived();  // from the transport
  void deliver();       // arrived_ to those whom it is for
  void wake_others();
  void show_readiness();
  // Waits until `is_done`; false where the deadline came first.
  bool wait_until(Lock& lock, std::optional<uint64_t> deadline_ns,
                  const std::function<bool()>& is_done);
  void lead(Lock& lock, std::optional<uint64_t> deadline_ns);

  const uint32_t completion_entries_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Transport> transport_;
  Poller sleep_;  // the transport's fd and the kick
  UniqueFd kick_;
  bool is_kicked_ = false;
  bool has_leader_ = false;
  std::optional<Poller> poll_;  // for others' event loops, once asked for
  UniqueFd ready_;              // readable while unread_ holds something; with poll_
  bool is_ready_ = false;
  bool after_broken_ = false;  // see cut_into_units()
  uint32_t in_use_ = 0;        // accepted and not reaped
  uint32_t run_in_use_ = 0;    // of which run() has
  uint64_t next_run_ = 0;
  std::unordered_map<uint64_t, RunMember> runs_;  // by the user_data that run() gave
  std::deque<geoneuron_completion> unread_;
  std::unordered_map<uint32_t, std::weak_ptr<const MappedMemory>> memory_;  // by handle
  Definitions definitions_;                                                 // that run() made
  Completions arrived_;
};

// user_data from here on is the library's own.
inline constexpr uint64_t kReservedUserData = 0xFFFF'FFFF'0000'0000;

}  // namespace geoneuron::client
