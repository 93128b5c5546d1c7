// SPDX-License-Identifier: MIT
// Ingress: a way by which clients reach the daemon: the kernel module, or a Unix socket. Events go
// in; what there is to send is sent when `flush` is called. One thread.
#pragma once

#include "daemon/job_table.hpp"
#include "daemon/loop.hpp"

namespace geoneuron::daemon {

class Ingress {
 public:
  // Who is told of the clients that come and go.
  class Clients {
   public:
    virtual ~Clients() = default;
    // A number for a context that no other has.
    virtual uint64_t new_context() = 0;
    virtual void opened(const ContextInfo& info) = 0;
    virtual void closed(uint64_t context) = 0;
  };

  virtual ~Ingress() = default;

  // One of the events that it asked the loop for.
  virtual void handle(Event& event) = 0;
  // What one of its contexts is to be told. False: it has no such context.
  virtual bool deliver(const Answer& answer) = 0;
  // Sends what is to be sent, and asks for more.
  virtual void flush() = 0;

  // When time brings something to do, which `tick` does; 0: never.
  virtual uint64_t wake_ns() const = 0;
  virtual void tick(uint64_t now) = 0;

  // From now on takes commands; before, clients are only welcomed.
  virtual void serve() = 0;
  // Takes in no new clients and, where they wait elsewhere, no new commands.
  virtual void drain() = 0;
  virtual bool has_unsent() const = 0;
  // Ends what it has with all its clients.
  virtual void close_all() = 0;
};

}  // namespace geoneuron::daemon
