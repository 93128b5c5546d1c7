// SPDX-License-Identifier: MIT
// DaemonLink: the connection to the daemon that computes for this program: one that runs, or a
// private one that ends with it. libgeoneuron's answers as Results. One thread at a time.
#pragma once

#include <geoneuron/geoneuron.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "cli/session_options.hpp"

namespace geoneuron::cli {

class DaemonLink {
 public:
  // kUsageError (verb.hpp) for options that a daemon that runs already cannot heed; else what
  // geoneuron_connect gives.
  static Result<std::shared_ptr<DaemonLink>> connect(const SessionOptions& options);

  // Of at least that many bytes.
  Result<client::Buffer> create_buffer(uint64_t bytes) const;
  // Runs the commands, of which the last one is linked to no other, and waits. The first that fails
  // of itself is the error, with the daemon's sentence.
  Result<std::vector<geoneuron_completion>> run(std::span<geoneuron_command> commands) const;
  // Runs them likewise; whatever fails is in the completions.
  Result<std::vector<geoneuron_completion>> submit(std::span<geoneuron_command> commands) const;
  // The first of them that failed, as run() tells it.
  Result<void> check(const std::vector<geoneuron_completion>& completions) const;
  Error failure(const geoneuron_completion& completion) const;

 private:
  explicit DaemonLink(client::Connection connection, uint8_t priority_class)
      : connection_(std::move(connection)), class_(priority_class) {}

  client::Connection connection_;
  uint8_t class_;
};

// A Result of what libgeoneuron returned in this thread.
Result<int> checked(int result);

}  // namespace geoneuron::cli
