// SPDX-License-Identifier: MIT
#include "worker/intake.hpp"

#include <poll.h>

#include <cstring>

#include "ring/control_socket.hpp"

namespace geoneuron::worker {

using ring::Request;
using ring::RequestKind;

Result<void> Intake::run() {
  while (GN_TRY(take_all()))
    if (GN_TRY(requests_.prepare_to_wait())) GN_TRY(wait());
  loader_.close();
  return {};
}

Result<bool> Intake::take_all() {
  Request request;
  while (GN_TRY(requests_.take(request))) {
    if (!GN_TRY(handle(request))) return false;
    if (batch_->jobs.empty()) requests_.give_back();
  }
  requests_.give_back();
  return true;
}

Result<bool> Intake::handle(const Request& request) {
  switch (request.kind) {
    case RequestKind::kJob:
      GN_TRY(handle_job(request));
      return true;
    case RequestKind::kCancel:
      cancellations_.add(request.job);
      return true;
    case RequestKind::kContextGone: {
      // After the jobs that came before it, since these may use what it drops.
      Job job;
      job.kind = request.kind;
      job.context = request.context;
      batch_->jobs.push_back(std::move(job));
      hand_on();
      return true;
    }
    case RequestKind::kBufferGone:
      GN_TRY(receive_buffers());  // it may wait in the socket still, and would come back
      buffers_.remove(request.buffer_ids[0]);  // jobs hold what they use
      return true;
    case RequestKind::kStop:
      hand_on();
      return false;
  }
  return make_error(EPROTO, "request: of kind %u, which is unknown",
                    static_cast<unsigned>(request.kind));
}

Result<void> Intake::handle_job(const Request& request) {
  for (const uint64_t id : request.buffer_ids)
    if (id != 0 && !buffers_.knows(id)) {
      GN_TRY(receive_buffers());
      break;
    }
  batch_->jobs.push_back(make_job(request, buffers_, texts_));
  const bool is_full = batch_->jobs.size() >= ring::kRequestEntries;
  if ((request.flags & ring::kBatchMore) == 0 || is_full) hand_on();
  return {};
}

void Intake::hand_on() {
  if (batch_->jobs.empty()) return;
  loader_.route(std::move(batch_));
  batch_ = std::make_unique<Batch>();
}

// All that wait: they were sent before the requests that name them.
Result<void> Intake::receive_buffers() {
  for (;;) {
    ring::BufferMessage message;
    UniqueFd fd;
    const auto received = ring::receive_message(control_, message, fd);
    if (!received && received.error().code == EAGAIN) return {};
    if (!received) return received.error();
    if (!*received) return make_error(EPIPE, "the daemon is gone");
    buffers_.add(message, std::move(fd));
  }
}

Result<void> Intake::wait() {
  pollfd entries[] = {{doorbell_.fd(), POLLIN, 0}, {control_, POLLIN, 0}};
  while (poll(entries, std::size(entries), -1) < 0)
    if (errno != EINTR) return make_error(errno, "poll: %s", std::strerror(errno));
  if (entries[0].revents != 0) doorbell_.clear();
  if (entries[1].revents != 0) GN_TRY(receive_buffers());
  return {};
}

}  // namespace geoneuron::worker
