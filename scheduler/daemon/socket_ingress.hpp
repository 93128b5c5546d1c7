// SPDX-License-Identifier: MIT
// SocketIngress: the clients that come by Unix socket. Events in; what there is to send is sent
// when `flush` is called. One thread.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "daemon/command_sink.hpp"
#include "daemon/connection.hpp"
#include "daemon/loop.hpp"
#include "daemon/peer.hpp"
#include "daemon/quotas.hpp"

namespace geoneuron::daemon {

class SocketIngress {
 public:
  // The sink's clients: told when one comes and goes.
  class Clients {
   public:
    virtual ~Clients() = default;
    virtual void opened(const Connection& connection) = 0;
    virtual void closed(uint64_t context) = 0;
  };
  struct Parts {
    Loop& loop;
    Quotas& quotas;
    BufferStore& buffers;
    CommandSink& sink;
    Clients& clients;
    int fence_fd;  // the read end, for clients
    uint64_t max_commands;
  };

  SocketIngress(const Parts& parts, const ClassRules& rules) : parts_(parts), rules_(rules) {}
  ~SocketIngress();

  // Accepts from it until stop_listening.
  void listen(UniqueFd listener);
  void stop_listening();
  // Serves a connected socket. Errors: it is none of type SOCK_SEQPACKET, or over a quota.
  Result<void> adopt(UniqueFd socket);
  void set_rules(const ClassRules& rules) { rules_ = rules; }  // for those that come later

  // Events of kListener, kConnection and kConnectionSend.
  void handle(Event& event);
  // Puts what a client is to be told into its outbox, if it is still there.
  template <typename Entry>
  void deliver(uint64_t context, const Entry& entry) {
    if (Client* client = find(context)) {
      client->connection.outbox().add(entry);
      mark(*client);
    }
  }
  // Sends to and listens to all that something happened to.
  void flush();

  size_t connections() const { return clients_.size(); }
  bool has_unsent() const;
  // Ends all connections.
  void close_all();
  // Accepting failed for want of fds or memory: try again at this time; 0: no need.
  uint64_t retry_ns() const { return retry_ns_; }
  void retry(uint64_t now);

 private:
  struct Client {
    UniqueFd fd;
    Connection connection;
    bool receiving = false, sending = false, marked = false;
    uint32_t completions_sending = 0;
  };
  Client* find(uint64_t context);
  void mark(Client& client);
  void accepted(Event& event);
  void turn_one_away();
  void received(Client& client, Event& event);
  void sent(Client& client, const Event& event);
  void flush_one(Client& client);
  void send_welcome(Client& client);
  void refuse(Client& client, const Error& error);
  void close(Client& client);

  Parts parts_;
  ClassRules rules_;
  UniqueFd listener_, spare_;
  uint64_t retry_ns_ = 0;
  uint64_t next_context_ = 1;
  std::unordered_map<uint64_t, std::unique_ptr<Client>> clients_;
  std::vector<uint64_t> marked_;
};

}  // namespace geoneuron::daemon
