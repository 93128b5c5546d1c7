// SPDX-License-Identifier: MIT
#include "daemon/worker_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "daemon/slot_memory.hpp"
#include "ring/control_socket.hpp"

namespace geoneuron::daemon {
namespace {

constexpr size_t kMostReplies = 4096;  // more than jobs can be with a worker

std::vector<std::string> arguments_of(const std::string& device, const WorkerMemory& memory) {
  std::vector<std::string> arguments{"--device", device};
  const auto add = [&](const char* name, uint64_t bytes) {
    if (bytes == 0) return;
    arguments.emplace_back(name);
    arguments.push_back(std::to_string(bytes));
  };
  add("--budget", memory.all);
  add("--device-budget", memory.device);
  add("--context-device-budget", memory.context_device);
  add("--context-host-budget", memory.context_host);
  return arguments;
}

}  // namespace

Result<std::unique_ptr<WorkerLink>> WorkerLink::start(const WorkerProgram& program,
                                                      const std::string& device,
                                                      const WorkerMemory& memory,
                                                      const Fences& fences) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return make_error(errno, "%s: no socket for it: %s", program.path.c_str(),
                      std::strerror(errno));
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  ring::DaemonChannel channel = GN_TRY(ring::DaemonChannel::create());
  std::vector<Inherited> fds = {{theirs.get(), ring::kControlFd},
                                {channel.memory_fd(), ring::kChannelFd},
                                {channel.request_doorbell().fd(), ring::kRequestDoorbell},
                                {channel.reply_doorbell().fd(), ring::kReplyDoorbell},
                                {fences.socket_fd, ring::kFenceFd}};
  if (fences.kernel_fd >= 0) fds.push_back({fences.kernel_fd, ring::kKernelFenceFd});
  std::vector<std::string> arguments = arguments_of(device, memory);
  if (program.threads > 0)
    arguments.insert(arguments.end(), {"--threads", std::to_string(program.threads)});
  Child child = GN_TRY(Child::start(program.path, arguments, fds));
  return std::unique_ptr<WorkerLink>(
      new WorkerLink(std::move(child), std::move(ours), std::move(channel)));
}

WorkerLink::WorkerLink(Child child, UniqueFd control, ring::DaemonChannel channel)
    : child_(std::move(child)), control_(std::move(control)), channel_(std::move(channel)) {}

Result<void> WorkerLink::bring_buffers(const Job& job) {
  for (size_t slot = 0; slot < job.command().buffer_count; ++slot)
    GN_TRY(bring(job.accepted, slot));
  return {};
}

Result<void> WorkerLink::bring(const Accepted& accepted, size_t slot) {
  const BufferRef& buffer = accepted.buffers[slot];
  const bool writable = (accepted.command.buffers[slot].access & GEONEURON_ACCESS_WRITE) != 0;
  // What it can write it can read; the other way round it is brought again.
  const auto known = known_buffers_.find(buffer->id);
  if (known != known_buffers_.end() && (known->second || !writable)) return {};
  OpenedBuffer opened;
  if (writable && buffer->fd)
    opened.size_bytes = buffer->size_bytes;  // its own fd will do
  else
    opened = GN_TRY(open_slot(accepted, slot, writable));
  known_buffers_[buffer->id] = writable;
  queue_.emplace_back(NewBuffer{.message = {.id = buffer->id,
                                            .size_bytes = opened.size_bytes,
                                            .writable = writable ? 1u : 0u,
                                            .kind = opened.kind},
                                .buffer = buffer.another(),
                                .fd = std::move(opened.fd)});
  return {};
}

void WorkerLink::put_job(const Job& job, uint32_t flags) {
  ring::Request request;
  request.kind = ring::RequestKind::kJob;
  request.flags = flags;
  request.job = job.id();
  request.context = job.context;
  for (size_t slot = 0; slot < job.command().buffer_count; ++slot)
    request.buffer_ids[slot] = job.accepted.buffers[slot]->id;
  request.command = job.command();
  known_contexts_.insert(job.context);
  put(request);
}

// Straight into the ring where nothing waits before it. What is wrong with that, flush() tells.
void WorkerLink::put(const ring::Request& request) {
  if (queue_.empty()) {
    const Result<bool> is_put = channel_.requests().put(request);
    if (is_put && *is_put) return;
  }
  queue_.emplace_back(request);
}

void WorkerLink::context_gone(uint64_t context) {
  if (known_contexts_.erase(context) == 0) return;
  ring::Request request;
  request.kind = ring::RequestKind::kContextGone;
  request.context = context;
  put(request);
}

void WorkerLink::buffer_gone(uint64_t buffer) {
  if (known_buffers_.erase(buffer) == 0) return;
  ring::Request request;
  request.kind = ring::RequestKind::kBufferGone;
  request.buffer_ids[0] = buffer;
  put(request);
}

Result<bool> WorkerLink::send(const NewBuffer& buffer) const {
  const int fd = (buffer.fd ? buffer.fd : buffer.buffer->fd).get();
  const Result<void> sent = ring::send_message(control_.get(), buffer.message, fd);
  if (sent) return true;
  // ETOOMANYREFS: as many fds as the kernel lets lie in sockets wait to be taken.
  if (sent.error().code == EAGAIN || sent.error().code == ETOOMANYREFS) return false;
  return sent.error();
}

Result<WorkerLink::Flushed> WorkerLink::flush() {
  Flushed result = Flushed::kAll;
  for (; !queue_.empty() && result == Flushed::kAll;) {
    if (const auto* buffer = std::get_if<NewBuffer>(&queue_.front())) {
      if (!GN_TRY(send(*buffer))) result = Flushed::kControlFull;
    } else if (!GN_TRY(channel_.requests().put(std::get<ring::Request>(queue_.front())))) {
      result = Flushed::kRingFull;
    }
    if (result == Flushed::kAll) queue_.pop_front();
  }
  channel_.publish_requests();
  return result;
}

Result<void> WorkerLink::drain(std::vector<ring::Reply>& replies) {
  for (ring::Reply reply; GN_TRY(channel_.replies().take(reply));) {
    // A worker that writes replies without end must not hold us here.
    if (replies.size() == kMostReplies)
      return make_error(EPROTO, "ring: more replies than there can be jobs");
    reply.reason[sizeof reply.reason - 1] = 0;
    replies.push_back(reply);
  }
  channel_.replies().give_back();
  return {};
}

Result<void> WorkerLink::take_replies(std::vector<ring::Reply>& replies) {
  channel_.reply_doorbell().clear();
  do GN_TRY(drain(replies));
  while (!GN_TRY(channel_.replies().prepare_to_wait()));
  return {};
}

std::vector<ring::Reply> WorkerLink::last_replies() {
  std::vector<ring::Reply> replies;
  (void)drain(replies);
  return replies;
}

}  // namespace geoneuron::daemon
