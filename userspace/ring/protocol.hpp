// SPDX-License-Identifier: MIT
// What the daemon and a worker say to each other: the entries of their rings, and the messages of
// their control socket. Plain data that the other side may change at any moment: each side copies
// an entry once and checks the copy.
#pragma once

#include <geoneuron/commands.h>

#include <cstdint>

namespace geoneuron::ring {

inline constexpr uint32_t kProtocolVersion = 1;
inline constexpr uint32_t kRequestEntries = 256;  // powers of two
inline constexpr uint32_t kReplyEntries = 256;

// The fds that a worker is started with.
inline constexpr int kControlFd = 3;        // its end of a socket pair, SOCK_SEQPACKET
inline constexpr int kChannelFd = 4;        // the memfd of the rings
inline constexpr int kRequestDoorbell = 5;  // eventfd: the daemon has put requests
inline constexpr int kReplyDoorbell = 6;    // eventfd: the worker has put replies
inline constexpr int kFenceFd = 7;          // held open to the worker's end, never used
inline constexpr int kKernelFenceFd = 8;    // likewise, where there is the kernel module

enum class RequestKind : uint32_t {
  kJob = 1,          // run the command, and reply once
  kCancel = 2,       // the client of `job` wants its end; its one reply still comes
  kContextGone = 3,  // drop the models and perceptions of `context`
  kBufferGone = 4,   // drop buffer_ids[0]
  kStop = 5,         // end once every job has its reply
};

// Another request follows that belongs to the same batch: to be sent to the device together.
inline constexpr uint32_t kBatchMore = 0x1;
// The next request of the batch is of the same chain: it runs only if this one succeeds, and else
// replies -ECANCELED.
inline constexpr uint32_t kChainMore = 0x2;

// Daemon to worker, 600 bytes.
struct Request {
  RequestKind kind = RequestKind::kJob;
  uint32_t flags = 0;
  uint64_t job = 0;      // unique for the life of the worker, never 0
  uint64_t context = 0;  // whose models and perceptions the command means
  // Per slot of the command: a buffer that a BufferMessage brought before; 0 where none is used.
  uint64_t buffer_ids[GEONEURON_COMMAND_BUFFERS] = {};
  geoneuron_command command = {};
};
static_assert(sizeof(Request) == 600);

// Worker to daemon, 512 bytes: the answer to one job.
struct Reply {
  uint64_t job = 0;
  int32_t result = 0;  // of the completion
  uint32_t padding = 0;
  uint64_t value = 0;           // of the completion
  uint64_t begin_ns = 0;        // CLOCK_MONOTONIC, when its batch began on the device
  uint64_t device_ns = 0;       // measured: this job's share of its batch
  uint64_t resident_bytes = 0;  // what the worker holds after it, all contexts
  char reason[464] = {};        // UTF-8, ends with 0: the sentence of a failure
};
static_assert(sizeof(Reply) == 512);

enum class BufferKind : uint32_t {
  kMemfd = 0,   // of tmpfs and sealed, which the worker checks
  kKernel = 1,  // what the kernel module's GET_BUFFER gave: nobody can make it shorter
  kDmabuf = 2,  // likewise, for one that the client imported there
};

// On the control socket, daemon to worker: a buffer, with its fd; sent before the first request
// that names it. While commands only read it the fd cannot be written; for the first that writes it
// is sent writable, in the place of the one before.
struct BufferMessage {
  uint64_t id = 0;  // not 0
  uint64_t size_bytes = 0;
  uint32_t writable = 0;  // 0 or 1; 0: the fd cannot be written
  BufferKind kind = BufferKind::kMemfd;
};

// On the control socket, worker to daemon, once, when it can take requests.
struct ReadyMessage {
  uint32_t version = kProtocolVersion;
  int32_t error = 0;        // negative errno where it cannot serve; then it ends
  char sentence[248] = {};  // what it serves with, or why it cannot; ends with 0
};

}  // namespace geoneuron::ring
