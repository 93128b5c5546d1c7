// SPDX-License-Identifier: MIT
// A worker without an engine, for tests of the daemon: it answers NOPs at once, and a RELEASE
// or LOAD_MODEL does what its object says (fake_worker.hpp). What it does at its start is in the
// environment.
#include "fakes/fake_worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "ring/channel.hpp"
#include "ring/control_socket.hpp"
#include "ring/sealed_memory.hpp"

namespace geoneuron::fakes {
namespace {

struct FakeBuffer {
  UniqueFd readable, writable;
  uint64_t size_bytes = 0;
};

class FakeWorker {
 public:
  explicit FakeWorker(ring::WorkerChannel channel) : channel_(std::move(channel)) {}

  int run() {
    for (;;) {
      ring::Request request;
      auto taken = channel_.requests().take(request);
      if (!taken) return 3;
      if (*taken) {
        channel_.requests().give_back();
        handle(request);
      } else if (stop_ && waiting_.empty()) {
        return 0;
      } else if (*channel_.requests().prepare_to_wait()) {
        pollfd bell = {.fd = channel_.request_doorbell().fd(), .events = POLLIN, .revents = 0};
        poll(&bell, 1, -1);
        channel_.request_doorbell().clear();
      }
    }
  }

 private:
  void handle(const ring::Request& request) {
    switch (request.kind) {
      case ring::RequestKind::kJob:
        return run_job(request);
      case ring::RequestKind::kCancel:
        if (waiting_.erase(request.job) != 0) reply(request.job, -ECANCELED, 0, "cancelled");
        return;
      case ring::RequestKind::kContextGone:
        ++contexts_gone_;
        return;
      case ring::RequestKind::kBufferGone:
        buffers_.erase(request.buffer_ids[0]);
        return;
      case ring::RequestKind::kStop:
        stop_ = true;
    }
  }

  void run_job(const ring::Request& request) {
    if (skip_chain_)
      reply(request.job, -ECANCELED, 0, "another of its chain failed");
    else
      failed_ = !act(request);
    skip_chain_ = (skip_chain_ || failed_) && (request.flags & ring::kChainMore) != 0;
  }

  // False: it failed.
  bool act(const ring::Request& request) {
    const uint16_t opcode = request.command.opcode;
    if (opcode != GEONEURON_RELEASE && opcode != GEONEURON_LOAD_MODEL)
      return reply(request.job, 0, 0, "");
    geoneuron_request asked;
    std::memcpy(&asked, request.command.payload, sizeof asked);
    switch (static_cast<FakeAct>(asked.object)) {
      case FakeAct::kCrash:
        std::raise(SIGSEGV);
        return false;
      case FakeAct::kHang:
        for (;;) pause();
      case FakeAct::kSlow:
        usleep(50'000);
        return reply(request.job, 0, 0, "");
      case FakeAct::kFail:
        return reply(request.job, -ENOTSUP, 0, "told to fail");
      case FakeAct::kForeignReply:
        return reply(request.job + 1'000'000, 0, 0, "");
      case FakeAct::kCopy:
        return copy(request);
      case FakeAct::kCount:
        return reply(request.job, 0, contexts_gone_ << 32 | buffers_.size(), "");
      case FakeAct::kWait:
        waiting_[request.job] = true;
        return true;
      case FakeAct::kProcess:
        return reply(request.job, 0, static_cast<uint64_t>(getpid()), "");
    }
    return reply(request.job, -EINVAL, 0, "no such act");
  }

  // The bytes of slot 0 into slot 1.
  bool copy(const ring::Request& request) {
    take_buffers();
    const FakeBuffer& from = buffers_[request.buffer_ids[0]];
    const FakeBuffer& to = buffers_[request.buffer_ids[1]];
    const geoneuron_buffer_use* use = request.command.buffers;
    const int source = (from.writable ? from.writable : from.readable).get();
    if (source < 0 || !to.writable) return reply(request.job, -EBADF, 0, "a buffer lacks");
    if (from.readable && (fcntl(from.readable.get(), F_GETFL) & O_ACCMODE) != O_RDONLY)
      return reply(request.job, -EPERM, 0, "a buffer for reading can be written");
    const auto read =
        ring::SealedMemory::map_trusted(source, from.size_bytes, ring::Access::kRead, "from");
    const auto written = ring::SealedMemory::map_trusted(to.writable.get(), to.size_bytes,
                                                         ring::Access::kReadWrite, "to");
    if (!read || !written) return reply(request.job, -EIO, 0, "a buffer cannot be mapped");
    std::memcpy(written->bytes().data() + use[1].offset, read->bytes().data() + use[0].offset,
                std::min(use[0].length, use[1].length));
    return reply(request.job, 0, use[0].length, "");
  }

  void take_buffers() {
    ring::BufferMessage message;
    UniqueFd fd;
    fcntl(ring::kControlFd, F_SETFL, fcntl(ring::kControlFd, F_GETFL) | O_NONBLOCK);
    for (;;) {
      const auto received = ring::receive_message(ring::kControlFd, message, fd);
      if (!received || !*received) return;
      FakeBuffer& buffer = buffers_[message.id];
      (message.writable != 0 ? buffer.writable : buffer.readable) = std::move(fd);
      buffer.size_bytes = message.size_bytes;
    }
  }

  bool reply(uint64_t job, int32_t result, uint64_t value, const char* reason) {
    ring::Reply reply;
    reply.job = job;
    reply.result = result;
    reply.value = value;
    reply.device_ns = 1000;
    std::snprintf(reply.reason, sizeof reply.reason, "%s", reason);
    if (!*channel_.replies().put(reply)) std::abort();
    channel_.publish_replies();
    return result >= 0;
  }

  ring::WorkerChannel channel_;
  std::map<uint64_t, FakeBuffer> buffers_;
  std::map<uint64_t, bool> waiting_;
  uint64_t contexts_gone_ = 0;
  bool stop_ = false, failed_ = false, skip_chain_ = false;
};

}  // namespace

int list() {
  const char* text = std::getenv("FAKE_WORKER_LIST");
  if (text != nullptr && std::string(text) == "crash") std::raise(SIGSEGV);
  // Until there is a file named so.
  const char* const go = std::getenv("FAKE_WORKER_LIST_AFTER");
  while (go != nullptr && access(go, F_OK) != 0) usleep(10'000);
  std::puts(text != nullptr
                ? text
                : R"({"devices": [{"id": "cpu", "name": "fake"}], "auto": {"device": "cpu"}})");
  return 0;
}

int serve() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char* start = std::getenv("FAKE_WORKER_START");
  const std::string how = start == nullptr ? "" : start;
  if (how == "die") return 7;
  ring::ReadyMessage ready;
  if (how == "refuse") ready.error = -ENODEV;
  if (how == "version") ready.version = 99;
  std::snprintf(ready.sentence, sizeof ready.sentence, "fake of process %d", getpid());
  if (!ring::send_message(ring::kControlFd, ready)) return 3;
  auto channel = ring::WorkerChannel::map(
      UniqueFd(ring::kChannelFd), UniqueFd(ring::kRequestDoorbell), UniqueFd(ring::kReplyDoorbell));
  if (!channel) {
    std::fprintf(stderr, "fake worker: %s\n", channel.error().message.c_str());
    return 3;
  }
  return FakeWorker(std::move(*channel)).run();
}

}  // namespace geoneuron::fakes

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "--list-devices") == 0) return geoneuron::fakes::list();
  return geoneuron::fakes::serve();
}
