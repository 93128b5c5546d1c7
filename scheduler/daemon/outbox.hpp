// SPDX-License-Identifier: MIT
// Outbox: what a client is to be told, in order, as messages that are as full as can be. It is
// bounded by who fills it: completions by the client's completion_entries, answers to CANCEL by
// not reading on while kMostAnswers wait. Pure; one thread.
#pragma once

#include <geoneuron/socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

namespace geoneuron::daemon {

class Outbox {
 public:
  static constexpr size_t kMostAnswers = 64;

  void add(const geoneuron_completion& completion) { entries_.push_back(completion); }
  void add(const geoneuron_cancel& answer) {
    entries_.push_back(answer);
    ++answers_;
  }
  bool empty() const { return entries_.empty(); }
  bool has_many_answers() const { return answers_ >= kMostAnswers; }

  struct Next {
    std::vector<std::byte> message;
    uint32_t completions = 0;  // in it
  };
  // The next message, which must be there.
  Next take();

 private:
  std::deque<std::variant<geoneuron_completion, geoneuron_cancel>> entries_;
  size_t answers_ = 0;
};

}  // namespace geoneuron::daemon
