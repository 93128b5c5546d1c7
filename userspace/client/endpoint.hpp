// SPDX-License-Identifier: MIT
// Endpoint: where a daemon is to be found, again where it was lost: a socket's path, or a private
// daemon that is started. Not thread-safe.
#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron::client {

class Endpoint {
 public:
  explicit Endpoint(std::string name) : name_(std::move(name)) {}
  virtual ~Endpoint() = default;

  // A new connection, SOCK_SEQPACKET, that does not block.
  virtual Result<UniqueFd> open() = 0;
  // For sentences.
  const std::string& name() const { return name_; }

 private:
  const std::string name_;
};

class SocketPath final : public Endpoint {
 public:
  using Endpoint::Endpoint;

  // ENOENT, ECONNREFUSED: no daemon there. EACCES: not for this user. ENAMETOOLONG.
  Result<UniqueFd> open() override;
};

}  // namespace geoneuron::client
