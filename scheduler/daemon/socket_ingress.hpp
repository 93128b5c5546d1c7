// SPDX-License-Identifier: MIT
// SocketIngress: the clients that come by Unix socket. One thread.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "daemon/connection.hpp"
#include "daemon/ingress.hpp"
#include "daemon/peer.hpp"
#include "daemon/quotas.hpp"

namespace geoneuron::daemon {

class SocketIngress final : public Ingress {
 public:
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
  ~SocketIngress() override;

  // Accepts from it until `drain`.
  void listen(UniqueFd listener);
  // Serves a connected socket. Errors: it is none of type SOCK_SEQPACKET, or over a quota.
  Result<void> adopt(UniqueFd socket);
  void set_rules(const ClassRules& rules) { rules_ = rules; }  // for those that come later

  // Events of kListener, kConnection and kConnectionSend.
  void handle(Event& event) override;
  bool deliver(const Answer& answer) override;
  // Sends to and listens to all that something happened to.
  void flush() override;
  // Accepting failed for want of fds or memory: then it is tried again.
  uint64_t wake_ns() const override { return retry_ns_; }
  void tick(uint64_t now) override;
  void serve() override;
  void drain() override;
  bool has_unsent() const override;
  void close_all() override;

  size_t connections() const { return clients_.size(); }

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
  bool serving_ = false;
  uint64_t retry_ns_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Client>> clients_;
  std::vector<uint64_t> marked_;
};

}  // namespace geoneuron::daemon
