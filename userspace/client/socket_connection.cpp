// SPDX-License-Identifier: MIT
// How a SocketTransport's connection begins, ends and begins again.
#include <geoneuron/socket.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/printable.hpp"
#include "client/socket_transport.hpp"

namespace geoneuron::client {
namespace {

constexpr uint64_t kShortestBackOffNs = 10'000'000;
constexpr uint64_t kLongestBackOffNs = 1'000'000'000;

bool is_pipe(const UniqueFd& fd) {
  struct stat status {};
  return fstat(fd.get(), &status) == 0 && S_ISFIFO(status.st_mode);
}

Error refusal_of(const geoneuron_refusal& refusal) {
  const size_t length = strnlen(refusal.sentence, sizeof(refusal.sentence));
  const std::string sentence = printable(std::string_view(refusal.sentence, length));
  const bool is_errno = refusal.error < 0 && refusal.error > -4096;
  return make_error(is_errno ? -refusal.error : EPROTO, "refused: %s",
                    sentence.empty() ? "no reason given" : sentence.c_str());
}

}  // namespace

SocketTransport::SocketTransport(std::unique_ptr<Endpoint> endpoint, const SocketLimits& limits,
                                 Poller poller, UniqueFd timer)
    : endpoint_(std::move(endpoint)),
      limits_(limits),
      poller_(std::move(poller)),
      timer_(std::move(timer)),
      ledger_(limits.completion_entries) {}

Result<std::unique_ptr<SocketTransport>> SocketTransport::connect(
    std::unique_ptr<Endpoint> endpoint, UniqueFd connection, const SocketLimits& limits) {
  UniqueFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer) return make_error(errno, "timerfd_create: %s", std::strerror(errno));
  Poller poller = GN_TRY(Poller::create());
  GN_TRY(poller.add(timer.get(), EPOLLIN));
  std::unique_ptr<SocketTransport> transport(
      new SocketTransport(std::move(endpoint), limits, std::move(poller), std::move(timer)));
  GN_TRY(transport->begin(std::move(connection)));
  Completions none;
  while (transport->state_ == State::kHandshake) {
    wait_readable(transport->event_fd(), transport->handshake_end_ns_);
    transport->poll(none);
  }
  if (transport->state_ != State::kConnected) return transport->reason_;
  return transport;
}

Result<void> SocketTransport::begin(UniqueFd connection) {
  channel_.emplace(std::move(connection));
  GN_TRY(poller_.add(channel_->fd(), EPOLLIN));
  wants_to_write_ = false;
  const geoneuron_hello hello{GEONEURON_SOCKET_VERSION, limits_.completion_entries, 0};
  // An empty socket has room for it; where the daemon is gone already, the end comes next.
  channel_->send_one(GEONEURON_MESSAGE_HELLO, hello);
  state_ = State::kHandshake;
  handshake_end_ns_ = now_ns() + limits_.connect_ns;
  wake_at(handshake_end_ns_);
  return {};
}

Result<void> SocketTransport::handle(Message& message, Completions& arrived) {
  if (message.kind() == GEONEURON_MESSAGE_REFUSED)
    return refusal_of(message.entries<geoneuron_refusal>().front());
  if ((message.kind() == GEONEURON_MESSAGE_WELCOME) != (state_ == State::kHandshake))
    return make_error(EPROTO, "a message of kind %u %s WELCOME", message.kind(),
                      state_ == State::kHandshake ? "before" : "after");
  if (message.kind() == GEONEURON_MESSAGE_WELCOME) return welcome(message);
  if (message.kind() == GEONEURON_MESSAGE_CANCELLED)
    return answer_cancel(message.entries<geoneuron_cancel>().front());
  for (const auto& completion : message.entries<geoneuron_completion>())
    if (completion.flags != 0 || !ledger_.answer(completion, arrived))
      return make_error(EPROTO, "a completion of command %llu, which it does not have",
                        static_cast<unsigned long long>(completion.command_id));
  return {};
}

Result<void> SocketTransport::welcome(Message& message) {
  const auto& entry = message.entries<geoneuron_welcome>().front();
  if (entry.info.abi_version != GEONEURON_ABI_VERSION)
    return make_error(EPROTO, "speaks version %u of the contract: must be %d",
                      entry.info.abi_version, GEONEURON_ABI_VERSION);
  UniqueFd fence = message.take_fd();
  if (!is_pipe(fence)) return make_error(EPROTO, "WELCOME brings a fence that is no pipe");
  // Asleep until the connection is lost; then waking it up cannot fail.
  GN_TRY(poller_.add(fence.get(), EPOLLONESHOT));
  fence_ = std::move(fence);
  info_ = entry.info;
  state_ = State::kConnected;
  wake_at(0);
  for (const auto& [handle, buffer] : buffers_.all())
    controls_.push_back({GEONEURON_MESSAGE_BUFFER, handle, 0});
  return {};
}

Result<void> SocketTransport::answer_cancel(const geoneuron_cancel& answer) {
  if (due_cancels_.empty() || due_cancels_.front().sequence != answer.user_data)
    return make_error(EPROTO, "an answer to a CANCEL that it was not asked");
  const std::shared_ptr<CancelCall> call = due_cancels_.front().call;
  due_cancels_.pop_front();
  call->answer.cancelled += answer.cancelled;
  call->answer.requested += answer.requested;
  call->is_done = --call->answers_due == 0;
  has_cancelled_ |= call->is_done;
  return {};
}

// Where something was with the daemon, its workers may still be at it: until the fence is closed
// nothing is answered and nothing sent again.
void SocketTransport::lose(Error reason, bool is_final, Completions& arrived) {
  const bool was_connected = state_ == State::kConnected;
  reason_ = std::move(reason);
  is_final_ = is_final;
  poller_.remove(channel_->fd());
  channel_.reset();
  for (const Control& control : controls_)
    if (control.kind == GEONEURON_MESSAGE_DESTROY) doomed_.insert(control.handle);
  controls_.clear();
  fail_cancels();
  wake_at(0);
  if (!was_connected) {
    state_ = State::kBackOff;
    if (is_final_ || now_ns() >= reconnect_end_ns_) return give_up(arrived);
    next_try_ns_ = now_ns() + back_off_ns_;
    back_off_ns_ = std::min(2 * back_off_ns_, kLongestBackOffNs);
    return wake_at(next_try_ns_);
  }
  state_ = State::kFence;
  if (!ledger_.has_outstanding()) return settle(arrived);
  // For its end alone: a daemon that writes into it wakes nobody.
  poller_.change(fence_.get(), 0);
}

void SocketTransport::fail_cancels() {
  for (const auto& [call, sequence] : due_cancels_) {
    if (ledger_.is_outstanding(sequence)) ++call->answer.requested;
    call->is_done = --call->answers_due == 0;
    has_cancelled_ |= call->is_done;
  }
  due_cancels_.clear();
}

bool SocketTransport::fence_is_closed() const {
  pollfd entry{fence_.get(), 0, 0};
  return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLERR)) != 0;
}

void SocketTransport::settle(Completions& arrived) {
  poller_.remove(fence_.get());
  fence_.reset();
  ledger_.settle(arrived);
  state_ = State::kBackOff;
  if (is_final_) return give_up(arrived);
  next_try_ns_ = now_ns();
  reconnect_end_ns_ = next_try_ns_ + limits_.reconnect_ns;
  back_off_ns_ = kShortestBackOffNs;
  wake_at(next_try_ns_);
}

void SocketTransport::try_again(Completions& arrived) {
  auto connection = endpoint_->open();
  const auto result = connection ? begin(std::move(*connection)) : std::move(connection).error();
  if (result) return;
  channel_.reset();
  reason_ = result.error();
  if (now_ns() >= reconnect_end_ns_) return give_up(arrived);
  next_try_ns_ = now_ns() + back_off_ns_;
  back_off_ns_ = std::min(2 * back_off_ns_, kLongestBackOffNs);
  wake_at(next_try_ns_);
}

void SocketTransport::give_up(Completions& arrived) {
  state_ = State::kDead;
  wake_at(0);
  ledger_.abandon(arrived);
}

void SocketTransport::wake_at(uint64_t time_ns) {
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(time_ns / 1'000'000'000);
  when.it_value.tv_nsec = static_cast<long>(time_ns % 1'000'000'000);
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void SocketTransport::clear_timer() {
  uint64_t expirations = 0;
  // EAGAIN: it has not run out.
  if (read(timer_.get(), &expirations, sizeof(expirations)) < 0) return;
}

}  // namespace geoneuron::client
