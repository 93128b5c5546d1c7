// SPDX-License-Identifier: MIT
#include "daemon/daemon.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/log.hpp"
#include "daemon/command_check.hpp"
#include "daemon/touching.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kUnreadPatienceNs = 2 * kSecond;  // for clients that do not read at the end

policy::Limits limits_of(const Configuration& configuration) {
  policy::Limits limits;
  limits.jobs_per_user = configuration.max_commands;
  return limits;
}

// Every connection and every buffer is an fd.
void raise_fd_limit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

uint64_t earlier(uint64_t a, uint64_t b) {
  if (a == 0 || b == 0) return a == 0 ? b : a;
  return std::min(a, b);
}

// What runs again for the rest of its chain, and leaves nothing behind in the worker.
bool is_replay_in_vain(const Accepted& accepted) {
  const uint16_t opcode = accepted.command.opcode;
  return accepted.replay && (opcode == GEONEURON_RENDER || opcode == GEONEURON_QUERY);
}

// The kernel's session, where it is wanted and can be had.
Result<std::optional<KernelSession>> attach_kernel(const DaemonOptions& options,
                                                   const Configuration& configuration) {
  const UseKernel use =
      options.standby ? UseKernel::kYes : options.use_kernel.value_or(configuration.use_kernel);
  if (use == UseKernel::kNo) return std::optional<KernelSession>();
  auto session = KernelSession::attach({.path = options.kernel_device,
                                        .standby = options.standby,
                                        .lease_ns = configuration.kernel_lease_ns});
  if (session) return std::optional(std::move(*session));
  if (use == UseKernel::kYes) return session.error();
  log(LogLevel::kWarning, "kernel: not served, only the socket is: %s",
      session.error().message.c_str());
  return std::optional<KernelSession>();
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::create(const DaemonOptions& options) {
  const Configuration configuration = GN_TRY(load_configuration(options.configuration));
  raise_fd_limit();
  Signals signals = GN_TRY(Signals::block());
  std::unique_ptr<Loop> loop = GN_TRY(Loop::create());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return make_error(errno, "fence: no pipe: %s", std::strerror(errno));
  Fence fence = {.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
  DeviceListing listing =
      GN_TRY(DeviceListing::start(options.worker_program, configuration.cores_only));
  // Last: from now on the kernel's clients count on it.
  std::optional<KernelSession> kernel = GN_TRY(attach_kernel(options, configuration));
  return std::unique_ptr<Daemon>(
      new Daemon(options, configuration,
                 Parts{std::move(loop), std::move(signals), std::move(fence), std::move(listing),
                       std::move(kernel)}));
}

Daemon::Daemon(const DaemonOptions& options, const Configuration& configuration, Parts parts)
    : options_(options),
      listing_(std::move(parts.listing)),
      loop_(std::move(parts.loop)),
      signals_(std::move(parts.signals)),
      fence_(std::move(parts.fence)),
      quotas_(configuration.quotas),
      buffers_(quotas_),
      scheduler_(limits_of(configuration)),
      workers_(*loop_, {.program = {options.worker_program, options.worker_threads},
                        .fences = {.socket_fd = fence_.write_end.get(),
                                   .kernel_fd = parts.kernel ? parts.kernel->fence_fd() : -1},
                        .limits = configuration.workers}),
      table_(scheduler_, *this),
      queries_(devices_, table_, scheduler_, workers_),
      socket_(std::make_unique<SocketIngress>(
          SocketIngress::Parts{.loop = *loop_,
                               .quotas = quotas_,
                               .buffers = buffers_,
                               .sink = table_,
                               .clients = *this,
                               .fence_fd = fence_.read_end.get(),
                               .max_commands = configuration.max_commands},
          configuration.classes)) {
  ingresses_.push_back(socket_.get());
  if (parts.kernel) {
    kernel_ = std::make_unique<KernelIngress>(
        KernelIngress::Parts{.loop = *loop_, .buffers = buffers_, .sink = table_, .clients = *this},
        std::move(*parts.kernel));
    ingresses_.push_back(kernel_.get());
  }
  loop_->poll({Source::kSignals, 0}, signals_.fd(), POLLIN);
  loop_->poll({Source::kDevices, 0}, listing_->pidfd(), POLLIN);
}

Daemon::~Daemon() {
  socket_.reset();  // its clients are told of to the others
  kernel_.reset();
}

Result<void> Daemon::serve_only(UniqueFd connection) {
  only_client_ = true;
  return socket_->adopt(std::move(connection));
}

Result<bool> Daemon::await_promotion() {
  supervisor_.ready();
  while (!kernel_->is_active()) {
    if (has_ended()) return false;
    GN_TRY(turn());
  }
  return end_ == End::kNot;
}

Result<void> Daemon::run() {
  supervisor_.ready();
  while (!has_ended()) GN_TRY(turn());
  supervisor_.stopping();
  return {};
}

Result<void> Daemon::turn() {
  tell_clients();
  workers_.flush();
  for (Ingress* ingress : ingresses_) ingress->flush();
  GN_TRY(loop_->wait(wake_ns(), events_));
  table_.set_now(now_ns());
  take_events();
  const uint64_t now = now_ns();
  workers_.tick(now);
  for (Ingress* ingress : ingresses_) ingress->tick(now);
  supervisor_.tick(now);
  if (listing_ && now >= listing_->end_by_ns()) take_devices(false);
  take_reports();
  ask_policy();
  if (kernel_ && kernel_->loss()) return *kernel_->loss();
  return {};
}

void Daemon::take_events() {
  for (Event& event : events_) {
    switch (event.token.source) {
      case Source::kSignals:
        take_signals();
        break;
      case Source::kDevices:
        take_devices(true);
        break;
      case Source::kListener:
      case Source::kConnection:
      case Source::kConnectionSend:
        socket_->handle(event);
        break;
      case Source::kKernelFetch:
      case Source::kKernelCommit:
        kernel_->handle(event);
        break;
      default:
        workers_.handle(event);
    }
  }
}

void Daemon::take_signals() {
  for (const int number : signals_.take()) {
    if (number == SIGHUP)
      reload();
    else if (end_ == End::kNot)
      begin_to_end();
    else
      end_ = End::kNow;
  }
  loop_->poll({Source::kSignals, 0}, signals_.fd(), POLLIN);
}

void Daemon::reload() {
  supervisor_.reloading();
  const std::string& path = options_.configuration.path;
  if (!path.empty()) {
    const auto loaded = load_configuration(options_.configuration);
    if (loaded) {
      quotas_.set_limits(loaded->quotas);
      socket_->set_rules(loaded->classes);
      workers_.set_limits(loaded->workers);
      log(LogLevel::kInfo, "%s: is read anew", path.c_str());
    } else {
      log(LogLevel::kError, "the configuration stays as it was: %s",
          loaded.error().message.c_str());
    }
  }
  supervisor_.ready();
}

void Daemon::take_devices(bool listing_has_ended) {
  if (!listing_) return;
  loop_->forget(listing_->pidfd());
  devices_ = listing_->take(listing_has_ended);
  listing_.reset();
  workers_.set_devices(devices_.ids);
  for (Ingress* ingress : ingresses_) ingress->serve();
}

void Daemon::take_reports() {
  workers_.take_reports(reports_);
  for (Workers::Report& report : reports_) {
    if (const auto* ready = std::get_if<Workers::Ready>(&report)) {
      scheduler_.resume_worker(ready->worker);
    } else if (const auto* replied = std::get_if<Workers::Replied>(&report)) {
      const ring::Reply& reply = replied->reply;
      const Outcome outcome = {.result = reply.result,
                               .value = reply.value,
                               .device_ns = reply.device_ns,
                               .reason = reply.reason};
      if (!table_.finish(replied->worker, reply.job, outcome))
        workers_.kill(replied->worker, "replied to a job that it does not have");
    } else {
      const auto& lost = std::get<Workers::Lost>(report);
      table_.lose_worker(lost.worker, lost.outcome);
      if (lost.hopeless) table_.fail_waiting(lost.worker, lost.outcome);
    }
  }
}

void Daemon::ask_policy() {
  // What cannot be sent after all makes room for something else.
  for (bool failed = true; std::exchange(failed, false);) {
    const policy::Decision decision = scheduler_.decide(now_ns());
    table_.expire(decision.expired);
    for (const policy::Batch& batch : decision.batches)
      for (const auto& [job, outcome] : workers_.send(batch.worker, table_.begin(batch)))
        failed |= table_.finish(batch.worker, job, outcome);
    policy_wake_ns_ = decision.wake_ns;
  }
}

void Daemon::tell_clients() {
  table_.take_answers(answers_);
  for (const Answer& answer : answers_)
    for (Ingress* ingress : ingresses_)
      if (ingress->deliver(answer)) break;
  for (const BufferStore::Gone& gone : buffers_.take_gone())
    workers_.buffer_gone(gone.id, gone.user);
}

void Daemon::begin_to_end() {
  supervisor_.stopping();
  end_ = End::kDraining;
  for (Ingress* ingress : ingresses_) ingress->drain();
  table_.drain();
}

bool Daemon::has_unsent() const {
  return std::ranges::any_of(ingresses_, [](const Ingress* each) { return each->has_unsent(); });
}

// Step by step: what runs ends, its clients read of it, the workers end.
bool Daemon::has_ended() {
  if (only_client_ && socket_->connections() == 0) return true;  // the workers die with us
  if (end_ == End::kDraining && table_.sent() == 0) {
    tell_clients();
    const uint64_t now = now_ns();
    if (end_by_ns_ == 0) end_by_ns_ = now + kUnreadPatienceNs;
    if (has_unsent() && now < end_by_ns_) return false;
    for (Ingress* ingress : ingresses_) ingress->close_all();
    workers_.stop_all();
    end_ = End::kStopping;
  }
  return end_ == End::kNow || (end_ == End::kStopping && workers_.empty());
}

uint64_t Daemon::wake_ns() const {
  uint64_t wake = earlier(policy_wake_ns_, workers_.wake_ns());
  for (const Ingress* ingress : ingresses_) wake = earlier(wake, ingress->wake_ns());
  wake = earlier(wake, supervisor_.wake_ns());
  if (listing_) wake = earlier(wake, listing_->end_by_ns());
  return end_ == End::kDraining ? earlier(wake, end_by_ns_) : wake;
}

bool Daemon::is_local(Job& job) {
  const Touching touching(job.accepted);
  if (job.accepted.error != 0 || is_replay_in_vain(job.accepted)) return true;
  check_request(job.accepted, static_cast<uint32_t>(devices_.ids.size()));
  return job.accepted.error != 0 || query_of(job).has_value();
}

Outcome Daemon::answer(const Job& job) {
  const Touching touching(job.accepted);
  const Accepted& accepted = job.accepted;
  if (accepted.error != 0)
    return {.result = accepted.error, .value = 0, .device_ns = 0, .reason = accepted.sentence};
  if (is_replay_in_vain(accepted)) return {};
  const std::optional<Query> query = query_of(job);
  if (!query)  // the text lies in memory of the client's, who has changed it
    return {.result = -EINVAL,
            .value = 0,
            .device_ns = 0,
            .reason = "QUERY: text: has changed since the command was sent"};
  return queries_.answer(job, *query);
}

policy::DeviceId Daemon::device_of(const Job& job) {
  if (job.command().opcode == GEONEURON_NOP) return policy::DeviceId{devices_.automatic};
  const uint16_t device = request_of(job.command()).device;
  return policy::DeviceId{device == 0 ? devices_.automatic : device};
}

policy::WorkerId Daemon::worker_of(policy::DeviceId device, uid_t user) {
  return workers_.worker_of(device, user);
}

void Daemon::ask_cancel(policy::WorkerId worker, uint64_t job) {
  workers_.ask_cancel(worker, job);
}

void Daemon::opened(const ContextInfo& info) {
  users_[info.id] = info.user;
  ++contexts_of_user_[info.user];
  table_.add_context(info);
  workers_.user_came(info.user);
}

void Daemon::closed(uint64_t context) {
  const uid_t user = users_.at(context);
  users_.erase(context);
  table_.remove_context(context);
  workers_.context_gone(context, user);
  if (--contexts_of_user_.at(user) != 0) return;
  contexts_of_user_.erase(user);
  workers_.user_left(user);
}

}  // namespace geoneuron::daemon
