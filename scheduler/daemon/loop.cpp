// SPDX-License-Identifier: MIT
#include "daemon/loop.hpp"

#include <liburing.h>
#include <sys/socket.h>

#include <cassert>
#include <cstring>
#include <ctime>

#include "base/passed_fds.hpp"

namespace geoneuron::daemon {
namespace {

constexpr unsigned kSubmissionEntries = 256;
constexpr unsigned kCompletionEntries = 8192;
constexpr size_t kSpareOperations = 256;  // kept for reuse, with their buffers

enum class Kind : uint8_t { kAccept, kReceive, kSend, kPoll, kFetch, kCommit };

}  // namespace

struct Loop::Operation {
  Token token;
  Kind kind = Kind::kPoll;
  size_t place = 0;  // in State::under_way
  iovec vector = {};
  msghdr header = {};
  std::vector<std::byte> sent;
  std::unique_ptr<std::byte[]> received;
  size_t received_bytes = 0;  // the room of it
  alignas(cmsghdr) std::byte control[CMSG_SPACE(kMaximumFds * sizeof(int))] = {};
};

struct Loop::State {
  io_uring ring = {};
  bool open = false;
  std::vector<std::unique_ptr<Operation>> under_way;
  std::vector<std::unique_ptr<Operation>> reported;  // their bytes are in the last events
  std::vector<std::unique_ptr<Operation>> spare, spare_receives;

  ~State() {
    if (open) io_uring_queue_exit(&ring);
  }

  io_uring_sqe* entry() {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    if (sqe == nullptr) {  // all are filled: send them off
      io_uring_submit(&ring);
      sqe = io_uring_get_sqe(&ring);
    }
    assert(sqe != nullptr);
    return sqe;
  }

  // The one that ended, out of those under way; the last takes its place.
  std::unique_ptr<Operation> take(Operation& operation) {
    std::swap(under_way[operation.place], under_way.back());
    under_way[operation.place]->place = operation.place;
    std::unique_ptr<Operation> taken = std::move(under_way.back());
    under_way.pop_back();
    return taken;
  }

  void recycle() {
    for (std::unique_ptr<Operation>& operation : reported) {
      auto& list = operation->received ? spare_receives : spare;
      if (list.size() < kSpareOperations) list.push_back(std::move(operation));
    }
    reported.clear();
  }
};

Loop::Loop(std::unique_ptr<State> state) : state_(std::move(state)) {}

// The ring goes first: it ends what is under way, whose memory goes after it.
Loop::~Loop() = default;

Result<std::unique_ptr<Loop>> Loop::create() {
  auto state = std::make_unique<State>();
  io_uring_params parameters = {};
  parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_SINGLE_ISSUER |
                     IORING_SETUP_DEFER_TASKRUN;
  parameters.cq_entries = kCompletionEntries;
  const int result = io_uring_queue_init_params(kSubmissionEntries, &state->ring, &parameters);
  if (result < 0)
    return make_error(-result,
                      "io_uring: cannot be set up: %s: the daemon needs Linux 6.1 or later with "
                      "the sysctl kernel.io_uring_disabled at 0",
                      strerror(-result));
  state->open = true;
  return std::unique_ptr<Loop>(new Loop(std::move(state)));
}

Loop::Operation& Loop::begin(Token token) {
  State& state = *state_;
  std::unique_ptr<Operation> operation;
  if (!state.spare.empty()) {
    operation = std::move(state.spare.back());
    state.spare.pop_back();
  } else {
    operation = std::make_unique<Operation>();
  }
  operation->token = token;
  operation->place = state.under_way.size();
  state.under_way.push_back(std::move(operation));
  return *state.under_way.back();
}

void Loop::accept(Token token, int fd) {
  Operation& operation = begin(token);
  operation.kind = Kind::kAccept;
  io_uring_sqe* sqe = state_->entry();
  io_uring_prep_accept(sqe, fd, nullptr, nullptr, SOCK_CLOEXEC);
  io_uring_sqe_set_data(sqe, &operation);
}

void Loop::receive(Token token, int fd, size_t most_bytes) {
  if (!state_->spare_receives.empty()) {
    state_->spare.push_back(std::move(state_->spare_receives.back()));
    state_->spare_receives.pop_back();
  }
  Operation& operation = begin(token);
  operation.kind = Kind::kReceive;
  if (operation.received_bytes < most_bytes) {
    // Not cleared, so that a connection that says little costs little.
    operation.received.reset(new std::byte[most_bytes]);
    operation.received_bytes = most_bytes;
  }
  operation.vector = {.iov_base = operation.received.get(), .iov_len = most_bytes};
  operation.header = {};
  operation.header.msg_iov = &operation.vector;
  operation.header.msg_iovlen = 1;
  operation.header.msg_control = operation.control;
  operation.header.msg_controllen = sizeof operation.control;
  io_uring_sqe* sqe = state_->entry();
  io_uring_prep_recvmsg(sqe, fd, &operation.header, MSG_CMSG_CLOEXEC);
  io_uring_sqe_set_data(sqe, &operation);
}

void Loop::send(Token token, int fd, std::vector<std::byte> bytes, int passed_fd) {
  Operation& operation = begin(token);
  operation.kind = Kind::kSend;
  operation.sent = std::move(bytes);
  operation.vector = {.iov_base = operation.sent.data(), .iov_len = operation.sent.size()};
  operation.header = {};
  operation.header.msg_iov = &operation.vector;
  operation.header.msg_iovlen = 1;
  if (passed_fd >= 0) attach_fd(operation.header, operation.control, passed_fd);
  io_uring_sqe* sqe = state_->entry();
  io_uring_prep_sendmsg(sqe, fd, &operation.header, MSG_NOSIGNAL);
  io_uring_sqe_set_data(sqe, &operation);
}

void Loop::poll(Token token, int fd, short events) {
  Operation& operation = begin(token);
  operation.kind = Kind::kPoll;
  io_uring_sqe* sqe = state_->entry();
  io_uring_prep_poll_add(sqe, fd, static_cast<unsigned>(events));
  io_uring_sqe_set_data(sqe, &operation);
}

// liburing has no helper for these.
template <typename Payload>
void Loop::command(Operation& operation, int fd, uint32_t code, const Payload& payload) {
  static_assert(sizeof payload == 16);
  io_uring_sqe* sqe = state_->entry();
  io_uring_prep_rw(IORING_OP_URING_CMD, sqe, fd, nullptr, 0, 0);
  sqe->off = code;                                     // cmd_op, and padding that must be 0
  std::memcpy(&sqe->addr3, &payload, sizeof payload);  // cmd
  io_uring_sqe_set_data(sqe, &operation);
}

void Loop::fetch(Token token, int fd, const geoneuron_uring_fetch& ask) {
  Operation& operation = begin(token);
  operation.kind = Kind::kFetch;
  command(operation, fd, GEONEURON_URING_FETCH, ask);
}

void Loop::commit(Token token, int fd, const std::vector<geoneuron_commit_entry>& entries,
                  uint32_t flags) {
  Operation& operation = begin(token);
  operation.kind = Kind::kCommit;
  const auto bytes = std::as_bytes(std::span(entries));
  operation.sent.assign(bytes.begin(), bytes.end());
  geoneuron_uring_commit ask = {};
  ask.entries = reinterpret_cast<uintptr_t>(operation.sent.data());
  ask.count = static_cast<uint32_t>(entries.size());
  ask.flags = flags;
  command(operation, fd, GEONEURON_URING_COMMIT, ask);
}

void Loop::forget(int fd) {
  io_uring_sqe* sqe = state_->entry();
  io_uring_prep_cancel_fd(sqe, fd, IORING_ASYNC_CANCEL_ALL);
  io_uring_sqe_set_data(sqe, nullptr);
  // Now, while the number still means this file.
  io_uring_submit(&state_->ring);
}

void Loop::finish(Operation& operation, int32_t result, std::vector<Event>& events) {
  Event event;
  event.token = operation.token;
  event.result = result;
  if (operation.kind == Kind::kAccept && result >= 0) event.fds.emplace_back(result);
  if (operation.kind == Kind::kReceive && result >= 0) {
    event.bytes = {operation.received.get(), static_cast<size_t>(result)};
    event.truncated = (operation.header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    event.fds = take_fds(operation.header);
  }
  if (operation.kind == Kind::kCommit)
    event.bytes = operation.sent;
  else
    std::vector<std::byte>().swap(operation.sent);
  events.push_back(std::move(event));
  state_->reported.push_back(state_->take(operation));
}

Result<void> Loop::wait(uint64_t deadline_ns, std::vector<Event>& events) {
  events.clear();
  state_->recycle();
  const uint64_t now = deadline_ns != 0 ? now_ns() : 0;
  const uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
  __kernel_timespec time = {.tv_sec = static_cast<long long>(left / 1'000'000'000),
                            .tv_nsec = static_cast<long long>(left % 1'000'000'000)};
  io_uring_cqe* cqe = nullptr;
  const int result = io_uring_submit_and_wait_timeout(&state_->ring, &cqe, 1,
                                                      deadline_ns != 0 ? &time : nullptr, nullptr);
  // Many events may be under way at once: of -EBUSY and -EAGAIN reading them is the cure.
  if (result < 0 && result != -ETIME && result != -EINTR && result != -EBUSY && result != -EAGAIN)
    return make_error(-result, "io_uring: waiting failed: %s", strerror(-result));
  unsigned head = 0, count = 0;
  io_uring_for_each_cqe(&state_->ring, head, cqe) {
    ++count;
    if (auto* operation = static_cast<Operation*>(io_uring_cqe_get_data(cqe)))
      finish(*operation, cqe->res, events);
  }
  io_uring_cq_advance(&state_->ring, count);
  return {};
}

uint64_t now_ns() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace geoneuron::daemon
