// SPDX-License-Identifier: MIT
// Transport: how commands reach a server and completions come back; the kernel's ledger is one, the
// socket with the ledger mirrored here the other. Not thread-safe: Context holds its lock around
// each call. No call waits, but for the making and closing of a transport.
#pragma once

#include <geoneuron/commands.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/chain_cutter.hpp"
#include "client/mapped_memory.hpp"

namespace geoneuron::client {

// Memory that both sides see.
struct BufferMemory {
  uint32_t handle = 0;
  std::shared_ptr<const MappedMemory> memory;  // nullptr where this process does not map it
  uint64_t size_bytes = 0;

  void* data() const { return memory ? memory->data() : nullptr; }
};

// The question of a CANCEL, and its answer once `is_done`.
struct CancelCall {
  explicit CancelCall(uint64_t user_data) { answer.user_data = user_data; }

  geoneuron_cancel answer = {};
  bool is_begun = false;
  bool is_done = false;
  uint32_t answers_due = 0;  // of the daemon
};

using Completions = std::vector<geoneuron_completion>;

class Transport {
 public:
  virtual ~Transport() = default;

  // Readable while poll() has something to do.
  virtual int event_fd() const = 0;
  // Takes what has come from the server, and sends what waits to be sent. New completions are added
  // to `arrived`. True: a CancelCall is done.
  virtual bool poll(Completions& arrived) = 0;

  // How many of the commands in `units` were accepted, whole units from the front; an error where
  // none was. Each accepted command is answered once: now, in `arrived`, or by a later call.
  virtual Result<uint32_t> submit(std::span<const Unit> units, Completions& arrived) = 0;
  // Begins a CANCEL, or goes on with it, until `call->is_done`; to be called again after each
  // poll().
  virtual void cancel(const std::shared_ptr<CancelCall>& call, Completions& arrived) = 0;

  virtual Result<BufferMemory> create_buffer(uint64_t size_bytes) = 0;
  virtual Result<BufferMemory> import_buffer(int fd, uint32_t flags) = 0;
  // The memory of accepted commands stays. Unmaps nothing.
  virtual Result<void> destroy_buffer(uint32_t handle) = 0;

  virtual Result<geoneuron_info> info() = 0;
};

}  // namespace geoneuron::client
