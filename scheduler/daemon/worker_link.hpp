// SPDX-License-Identifier: MIT
// WorkerLink: one worker process and what is said to it, in order: buffers on its control socket,
// requests on its ring. It never waits: what does not fit stays queued. One thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "daemon/job.hpp"
#include "daemon/spawn.hpp"
#include "ring/channel.hpp"

namespace geoneuron::daemon {

// What every worker holds open to its end.
struct Fences {
  int socket_fd = -1;  // the write end of the socket clients' pipe
  int kernel_fd = -1;  // the kernel session's; -1: there is none
};

// What a worker may use, in bytes; 0: what it takes for itself when it is not told.
struct WorkerMemory {
  uint64_t all = 0;
  uint64_t device = 0;                            // for perceptions on the device
  uint64_t context_device = 0, context_host = 0;  // of each context
};

struct WorkerProgram {
  std::string path;
  uint32_t threads = 0;  // of the cores; 0: all
};

class WorkerLink {
 public:
  // Starts `program`, for the device with that id of QUERY devices ("cpu", "vulkan:0"), with the
  // fds of ring/protocol.hpp.
  static Result<std::unique_ptr<WorkerLink>> start(const WorkerProgram& program,
                                                   const std::string& device,
                                                   const WorkerMemory& memory,
                                                   const Fences& fences);

  Child& child() { return child_; }
  int control_fd() const { return control_.get(); }
  int doorbell_fd() const { return channel_.reply_doorbell().fd(); }

  // Queues what the job needs before it can be put: buffers that the worker has not seen. EACCES: a
  // buffer cannot be opened as the command wants it.
  Result<void> bring_buffers(const Job& job);
  // Queues the job itself. flags: ring::kBatchMore, ring::kChainMore.
  void put_job(const Job& job, uint32_t flags);
  void put(const ring::Request& request);
  // The worker is told, where it knows of it.
  void context_gone(uint64_t context);
  void buffer_gone(uint64_t buffer);

  enum class Flushed { kAll, kControlFull, kRingFull };
  // Sends what fits. An error: the worker is gone or broken.
  Result<Flushed> flush();

  // Adds all replies that are there, with a promise of the doorbell for the next. EPROTO: broken.
  Result<void> take_replies(std::vector<ring::Reply>& replies);
  // Without that promise, after its end.
  std::vector<ring::Reply> last_replies();

 private:
  struct NewBuffer {
    ring::BufferMessage message;
    BufferRef buffer;  // keeps its fd open
    UniqueFd fd;       // to be sent in its stead, where that is one
  };
  WorkerLink(Child child, UniqueFd control, ring::DaemonChannel channel);
  Result<void> bring(const Accepted& accepted, size_t slot);
  Result<bool> send(const NewBuffer& buffer) const;
  Result<void> drain(std::vector<ring::Reply>& replies);

  Child child_;
  UniqueFd control_;
  ring::DaemonChannel channel_;
  std::deque<std::variant<ring::Request, NewBuffer>> queue_;
  std::unordered_map<uint64_t, bool> known_buffers_;  // whether it can write them
  std::unordered_set<uint64_t> known_contexts_;
};

}  // namespace geoneuron::daemon
