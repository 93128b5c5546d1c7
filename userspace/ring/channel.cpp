// SPDX-License-Identifier: MIT
#include "ring/channel.hpp"

#include <utility>

namespace geoneuron::ring {
namespace {

// Fresh memory is all zeros, which is what an empty ring is.
ChannelMemory& layout(const SealedMemory& memory) {
  return *reinterpret_cast<ChannelMemory*>(memory.bytes().data());
}

}  // namespace

Result<DaemonChannel> DaemonChannel::create() {
  UniqueFd fd = GN_TRY(create_sealed_memfd("geoneuron-channel", sizeof(ChannelMemory)));
  SealedMemory memory =
      GN_TRY(SealedMemory::map(fd.get(), sizeof(ChannelMemory), Access::kReadWrite, "channel"));
  Doorbell request = GN_TRY(Doorbell::create());
  Doorbell reply = GN_TRY(Doorbell::create());
  return DaemonChannel(std::move(fd), std::move(memory), std::move(request), std::move(reply));
}

DaemonChannel::DaemonChannel(UniqueFd fd, SealedMemory memory, Doorbell request, Doorbell reply)
    : memory_fd_(std::move(fd)),
      memory_(std::move(memory)),
      request_doorbell_(std::move(request)),
      reply_doorbell_(std::move(reply)),
      requests_(layout(memory_).requests),
      replies_(layout(memory_).replies) {}

void DaemonChannel::publish_requests() {
  if (requests_.publish()) request_doorbell_.ring();
}

Result<WorkerChannel> WorkerChannel::map(UniqueFd memory, UniqueFd request_doorbell,
                                         UniqueFd reply_doorbell) {
  SealedMemory mapped =
      GN_TRY(SealedMemory::map(memory.get(), sizeof(ChannelMemory), Access::kReadWrite, "channel"));
  Doorbell request = GN_TRY(Doorbell::adopt(std::move(request_doorbell)));
  Doorbell reply = GN_TRY(Doorbell::adopt(std::move(reply_doorbell)));
  return WorkerChannel(std::move(mapped), std::move(request), std::move(reply));
}

WorkerChannel::WorkerChannel(SealedMemory memory, Doorbell request, Doorbell reply)
    : memory_(std::move(memory)),
      request_doorbell_(std::move(request)),
      reply_doorbell_(std::move(reply)),
      requests_(layout(memory_).requests),
      replies_(layout(memory_).replies) {}

void WorkerChannel::publish_replies() {
  if (replies_.publish()) reply_doorbell_.ring();
}

}  // namespace geoneuron::ring
