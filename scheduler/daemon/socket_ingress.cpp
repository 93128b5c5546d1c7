// SPDX-License-Identifier: MIT
#include "daemon/socket_ingress.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kRetryNs = 100'000'000;

// Tells a stranger why it is not served, if that needs no waiting. What it sent is read away: a
// socket that is closed with unread bytes tells its peer of an error before the refusal.
void send_refusal(int socket, const Error& error) {
  const std::vector<std::byte> message = refusal_of(error);
  send(socket, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(socket, SHUT_RD);
  std::byte rest[8];
  for (int i = 0; i < 1024 && recv(socket, rest, sizeof rest, MSG_DONTWAIT) > 0; ++i) continue;
}

Result<void> check_socket(int socket) {
  int type = 0, domain = 0;
  socklen_t length = sizeof type;
  if (getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
      getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 || domain != AF_UNIX ||
      type != SOCK_SEQPACKET)
    return invalid("fd %d: is no socket of type SOCK_SEQPACKET; must be a Unix one", socket);
  // The loop's requests wait by themselves, but end at once with EAGAIN on such a file.
  const int flags = fcntl(socket, F_GETFL);
  fcntl(socket, F_SETFL, flags & ~O_NONBLOCK);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  return {};
}

UniqueFd spare_fd() {
  return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

SocketIngress::~SocketIngress() {
  close_all();
}

void SocketIngress::listen(UniqueFd listener) {
  listener_ = std::move(listener);
  spare_ = spare_fd();
  parts_.loop.accept({Source::kListener, 0}, listener_.get());
}

void SocketIngress::serve() {
  serving_ = true;
  for (auto& [context, client] : clients_) mark(*client);
}

void SocketIngress::drain() {
  if (!listener_) return;
  parts_.loop.forget(listener_.get());
  listener_.reset();
  retry_ns_ = 0;
}

Result<void> SocketIngress::adopt(UniqueFd socket) {
  GN_TRY(check_socket(socket.get()));
  Peer peer = GN_TRY(peer_of(socket.get()));
  if (Result<void> taken = parts_.quotas.take_context(peer.uid); !taken) {
    send_refusal(socket.get(), taken.error());
    return taken;
  }
  const uint64_t context = parts_.clients.new_context();
  const uint32_t highest = highest_class(peer, rules_);
  auto client = std::make_unique<Client>(Client{
      .fd = std::move(socket),
      .connection = Connection(context, std::move(peer), highest, parts_.buffers, parts_.sink)});
  Client& added = *clients_.emplace(context, std::move(client)).first->second;
  parts_.clients.opened({.id = context,
                         .user = added.connection.peer().uid,
                         .pid = added.connection.peer().pid,
                         .highest_class = highest});
  mark(added);
  return {};
}

void SocketIngress::handle(Event& event) {
  if (event.token.source == Source::kListener) return accepted(event);
  Client* client = find(event.token.id);
  if (client == nullptr) return;  // it was closed meanwhile
  if (event.token.source == Source::kConnection)
    received(*client, event);
  else
    sent(*client, event);
}

void SocketIngress::accepted(Event& event) {
  if (!listener_) return;
  if (event.result == -EMFILE || event.result == -ENFILE) turn_one_away();
  if (event.result < 0 && event.result != -ECONNABORTED) {
    log(LogLevel::kWarning, "a connection could not be accepted: errno %d", -event.result);
    retry_ns_ = now_ns() + kRetryNs;
    return;
  }
  if (!event.fds.empty()) {
    if (Result<void> adopted = adopt(std::move(event.fds.front())); !adopted)
      log(LogLevel::kInfo, "a connection was refused: %s", adopted.error().message.c_str());
  }
  parts_.loop.accept({Source::kListener, 0}, listener_.get());
}

// Without an fd a stranger could not even be told so, and would wait: the spare one is for that.
void SocketIngress::turn_one_away() {
  spare_.reset();
  pollfd waiting = {.fd = listener_.get(), .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, 0) == 1) {
    const UniqueFd stranger(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (stranger)
      send_refusal(stranger.get(),
                   make_error(EMFILE,
                              "the daemon has %zu connections and no file left for another; raise "
                              "its limit of open files (LimitNOFILE, ulimit -n)",
                              clients_.size()));
  }
  spare_ = spare_fd();
}

void SocketIngress::tick(uint64_t now) {
  if (retry_ns_ == 0 || now < retry_ns_ || !listener_) return;
  retry_ns_ = 0;
  parts_.loop.accept({Source::kListener, 0}, listener_.get());
}

void SocketIngress::received(Client& client, Event& event) {
  client.receiving = false;
  if (event.result <= 0) return close(client);
  mark(client);
  if (event.truncated)
    return refuse(client, make_error(EPROTO,
                                     "message: is longer than any, or carries more fds "
                                     "than the daemon could take"));
  Result<void> taken = client.connection.take(event.bytes, std::move(event.fds));
  if (!taken) refuse(client, taken.error());
}

void SocketIngress::sent(Client& client, const Event& event) {
  client.sending = false;
  if (event.result < 0) return close(client);
  client.connection.delivered(std::exchange(client.completions_sending, 0));
  mark(client);
}

bool SocketIngress::deliver(const Answer& answer) {
  Client* client = find(answer.context);
  if (client == nullptr) return false;
  // What was not begun its client has in its ledger.
  if (std::holds_alternative<NotBegun>(answer.what)) return true;
  Outbox& outbox = client->connection.outbox();
  if (const auto* completion = std::get_if<geoneuron_completion>(&answer.what))
    outbox.add(*completion);
  else
    outbox.add(std::get<geoneuron_cancel>(answer.what));
  mark(*client);
  return true;
}

void SocketIngress::flush() {
  // Closing and refusing mark nobody.
  for (const uint64_t context : std::exchange(marked_, {}))
    if (Client* client = find(context)) flush_one(*client);
}

void SocketIngress::flush_one(Client& client) {
  client.marked = false;
  const uint64_t context = client.connection.context();
  Outbox& outbox = client.connection.outbox();
  const bool may_speak = serving_ || !client.connection.has_said_hello();
  if (may_speak && !client.receiving && !outbox.has_many_answers()) {
    client.receiving = true;
    parts_.loop.receive({Source::kConnection, context}, client.fd.get(), GEONEURON_MESSAGE_BYTES);
  }
  if (client.sending) return;
  if (client.connection.take_welcome_due()) return send_welcome(client);
  if (outbox.empty()) return;
  Outbox::Next next = outbox.take();
  client.sending = true;
  client.completions_sending = next.completions;
  parts_.loop.send({Source::kConnectionSend, context}, client.fd.get(), std::move(next.message));
}

void SocketIngress::send_welcome(Client& client) {
  const QuotaLimits& limits = parts_.quotas.limits();
  geoneuron_welcome welcome = {};
  welcome.info.abi_version = GEONEURON_ABI_VERSION;
  welcome.info.highest_class = client.connection.highest_class();
  welcome.info.server_attached = 1;
  welcome.info.max_commands = parts_.max_commands;
  welcome.info.max_buffer_bytes = limits.buffer_bytes;
  welcome.info.max_contexts = limits.contexts;
  welcome.daemon_pid = static_cast<uint64_t>(getpid());
  client.sending = true;
  parts_.loop.send({Source::kConnectionSend, client.connection.context()}, client.fd.get(),
                   message_of(GEONEURON_MESSAGE_WELCOME, welcome), parts_.fence_fd);
}

void SocketIngress::refuse(Client& client, const Error& error) {
  log(LogLevel::kInfo, "client of process %d: refused: %s", client.connection.peer().pid,
      error.message.c_str());
  send_refusal(client.fd.get(), error);
  close(client);
}

void SocketIngress::close(Client& client) {
  const uint64_t context = client.connection.context();
  parts_.loop.forget(client.fd.get());
  parts_.quotas.give_context(client.connection.peer().uid);
  clients_.erase(context);
  parts_.clients.closed(context);
}

void SocketIngress::close_all() {
  while (!clients_.empty()) close(*clients_.begin()->second);
}

bool SocketIngress::has_unsent() const {
  return std::ranges::any_of(clients_, [](const auto& entry) {
    return entry.second->sending || !entry.second->connection.outbox().empty();
  });
}

SocketIngress::Client* SocketIngress::find(uint64_t context) {
  const auto found = clients_.find(context);
  return found == clients_.end() ? nullptr : found->second.get();
}

void SocketIngress::mark(Client& client) {
  if (std::exchange(client.marked, true)) return;
  marked_.push_back(client.connection.context());
}

}  // namespace geoneuron::daemon
