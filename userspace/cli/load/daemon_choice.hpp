// SPDX-License-Identifier: MIT
// DaemonChoice: the daemon that simulated clients load: one that runs, or one of this program's own
// that ends with it. Not thread-safe.
#pragma once

#include <geoneuron/geoneuron.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/load/served_daemon.hpp"

namespace geoneuron::cli::load {

class DaemonChoice {
 public:
  // The one at `socket`, which must run; where that is empty, one that runs and libgeoneuron would
  // find, else one of our own.
  static Result<DaemonChoice> running_or_own(const std::string& socket);
  static Result<DaemonChoice> own();

  // "": by the kernel.
  const std::string& socket() const { return socket_; }
  bool is_own() const { return own_.has_value(); }
  // Of our own daemon; 0 of another.
  pid_t pid() const { return own_ ? own_->pid() : 0; }
  const client::Connection& connection() const { return connection_; }

  // As geoneuron_request takes it. ENODEV with what there is.
  Result<uint16_t> device_number(const std::string& selector) const;
  // QUERY statistics.
  Result<nlohmann::ordered_json> statistics() const;

 private:
  DaemonChoice(std::optional<ServedDaemon> own, std::string socket, client::Connection connection)
      : own_(std::move(own)), socket_(std::move(socket)), connection_(std::move(connection)) {}

  std::optional<ServedDaemon> own_;  // ends after the connection
  std::string socket_;
  client::Connection connection_;
};

// What a selector means where QUERY devices answers that: 0 for auto, else 1 + index. ENODEV;
// EPROTO.
Result<uint16_t> device_number(const nlohmann::json& devices, const std::string& selector);

}  // namespace geoneuron::cli::load
