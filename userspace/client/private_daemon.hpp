// SPDX-License-Identifier: MIT
// PrivateDaemon: a geoneurond that this process starts for itself and that ends with the
// connection: the embedded way. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "client/endpoint.hpp"

namespace geoneuron::client {

class PrivateDaemon final : public Endpoint {
 public:
  // `program`: a path; `arguments` are added to those that it needs. Nothing is started before
  // open().
  PrivateDaemon(const std::string& program, std::vector<std::string> arguments)
      : Endpoint(program), arguments_(std::move(arguments)) {}
  // Waits for the daemon to end, which its connection must have been closed for, and kills it where
  // it takes too long.
  ~PrivateDaemon() override { end(); }

  // Starts a daemon, in a session of its own so that a terminal's signals do not reach it. Its
  // standard output and error are this process's standard error.
  Result<UniqueFd> open() override;

 private:
  void end();

  const std::vector<std::string> arguments_;
  pid_t pid_ = -1;
};

}  // namespace geoneuron::client
