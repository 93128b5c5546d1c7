// SPDX-License-Identifier: MIT
// DaemonChannel and WorkerChannel: the two ends of the memory that daemon and worker share: a ring
// of requests and a ring of replies, each with its doorbell. One thread at a time per ring end.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ring/doorbell.hpp"
#include "ring/protocol.hpp"
#include "ring/sealed_memory.hpp"
#include "ring/shared_ring.hpp"

namespace geoneuron::ring {

using RequestRing = RingMemory<Request, kRequestEntries>;
using ReplyRing = RingMemory<Reply, kReplyEntries>;

// What lies in the shared memory.
struct ChannelMemory {
  RequestRing requests;
  ReplyRing replies;
};

class DaemonChannel {
 public:
  // New memory and doorbells. Errors: those of create_sealed_memfd and eventfd.
  static Result<DaemonChannel> create();

  RingProducer<Request, kRequestEntries>& requests() { return requests_; }
  RingConsumer<Reply, kReplyEntries>& replies() { return replies_; }
  // Shows the worker all requests that were put, and wakes it where it sleeps.
  void publish_requests();

  // For the worker to inherit, as kChannelFd, kRequestDoorbell and kReplyDoorbell.
  int memory_fd() const { return memory_fd_.get(); }
  const Doorbell& request_doorbell() const { return request_doorbell_; }
  const Doorbell& reply_doorbell() const { return reply_doorbell_; }

 private:
  DaemonChannel(UniqueFd fd, SealedMemory memory, Doorbell request, Doorbell reply);

  UniqueFd memory_fd_;
  SealedMemory memory_;
  Doorbell request_doorbell_;
  Doorbell reply_doorbell_;
  RingProducer<Request, kRequestEntries> requests_;
  RingConsumer<Reply, kReplyEntries> replies_;
};

class WorkerChannel {
 public:
  // Maps the memory that the daemon made. EINVAL: it has another size or lacks its seals, or a
  // doorbell is no eventfd.
  static Result<WorkerChannel> map(UniqueFd memory, UniqueFd request_doorbell,
                                   UniqueFd reply_doorbell);

  RingConsumer<Request, kRequestEntries>& requests() { return requests_; }
  RingProducer<Reply, kReplyEntries>& replies() { return replies_; }
  // Shows the daemon all replies that were put, and wakes it where it sleeps.
  void publish_replies();

  const Doorbell& request_doorbell() const { return request_doorbell_; }
  const Doorbell& reply_doorbell() const { return reply_doorbell_; }

 private:
  WorkerChannel(SealedMemory memory, Doorbell request, Doorbell reply);

  SealedMemory memory_;
  Doorbell request_doorbell_;
  Doorbell reply_doorbell_;
  RingConsumer<Request, kRequestEntries> requests_;
  RingProducer<Reply, kReplyEntries> replies_;
};

}  // namespace geoneuron::ring
