// SPDX-License-Identifier: MIT
#include "worker/worker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "worker/intake.hpp"
#include "worker/loader.hpp"
#include "worker/sandbox.hpp"

namespace geoneuron::worker {
namespace {

// By write, since the sandbox has no call for sending messages. A daemon that is gone meanwhile
// ends this process, as it should.
Result<void> tell_daemon(int control, int error, const std::string& sentence) {
  ring::ReadyMessage message;
  message.error = -error;
  std::memcpy(message.sentence, sentence.data(),
              std::min(sentence.size(), sizeof message.sentence - 1));
  if (write(control, &message, sizeof message) == sizeof message) return {};
  return make_error(errno, "the control socket: %s", std::strerror(errno));
}

// Inherited fds are ours from here on; no program that a library might start gets them.
Result<UniqueFd> inherited(int fd, const char* what) {
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
    return make_error(errno, "fd %d, %s: %s: this program is started by geoneurond", fd, what,
                      std::strerror(errno));
  return UniqueFd(fd);
}

Result<ring::WorkerChannel> map_channel() {
  UniqueFd memory = GN_TRY(inherited(ring::kChannelFd, "the rings"));
  UniqueFd requests = GN_TRY(inherited(ring::kRequestDoorbell, "the doorbell of requests"));
  UniqueFd replies = GN_TRY(inherited(ring::kReplyDoorbell, "the doorbell of replies"));
  return ring::WorkerChannel::map(std::move(memory), std::move(requests), std::move(replies));
}

struct Parts {
  ring::WorkerChannel channel;
  ModelParser parser;
  std::unique_ptr<Executor> executor;
};

Result<Parts> prepare(const ExecutorOptions& options, const std::string& program,
                      Cancellations& cancellations) {
  ring::WorkerChannel channel = GN_TRY(map_channel());
  ModelParser parser = GN_TRY(ModelParser::start(program));  // warms up while the device opens
  std::unique_ptr<Executor> executor = GN_TRY(Executor::open(options, cancellations));
  return Parts{std::move(channel), std::move(parser), std::move(executor)};
}

// Without one of its threads a worker is of no use; the daemon starts another.
[[noreturn]] void end_at_once(const Error& error) {
  std::fprintf(stderr, "geoneuron-worker: %s\n", error.message.c_str());
  _exit(1);
}

// The same of a thread that speaks with the daemon. That this is gone is no news: a private one
// goes when its program ends, whose terminal this would be.
[[noreturn]] void end_with_daemon(const Error& error) {
  if (error.code == EPIPE) _exit(1);
  end_at_once(error);
}

void serve_with(Parts& parts, int control, Cancellations& cancellations) {
  BatchQueue batches;
  ReplyQueue replies;
  Loader loader(parts.parser, batches, parts.executor->largest_model_bytes());
  std::thread loading([&] {
    if (const auto ran = loader.run(); !ran) end_at_once(ran.error());
  });
  std::thread device([&] {
    while (const auto batch = batches.pop()) parts.executor->run(*batch, replies);
    replies.close();
  });
  std::thread writer([&] {
    if (const auto written = write_replies(parts.channel, replies); !written)
      end_with_daemon(written.error());
  });
  Intake intake(parts.channel.requests(), parts.channel.request_doorbell(), control, loader,
                cancellations);
  if (const auto served = intake.run(); !served) end_with_daemon(served.error());
  loading.join();
  device.join();
  writer.join();
}

}  // namespace

Result<void> serve(const ExecutorOptions& options, const std::string& parser) {
  GN_TRY(die_with_parent());
  const UniqueFd control = GN_TRY(inherited(ring::kControlFd, "the control socket"));
  if (fcntl(control.get(), F_SETFL, O_NONBLOCK) != 0)
    return make_error(errno, "the control socket: %s", std::strerror(errno));
  Cancellations cancellations;
  auto parts = prepare(options, parser, cancellations);
  Result<void> ready = parts ? limit_resources(options.budget_bytes) : parts.error();
  // The last moment: our threads are started after it, so that all are locked in.
  if (ready) ready = lock_in({.allow_ioctl = parts->executor->is_hardware()});
  if (!ready) {
    (void)tell_daemon(control.get(), ready.error().code, ready.error().message);
    return ready;
  }
  GN_TRY(tell_daemon(control.get(), 0, parts->executor->sentence()));
  serve_with(*parts, control.get(), cancellations);
  return {};
}

}  // namespace geoneuron::worker
