// SPDX-License-Identifier: MIT
// Bans: clients whose jobs were guilty of the loss of a worker submit nothing for a while, which
// doubles each time. Who kept out of trouble for as long as its last ban took, once that was over,
// is taken one step back for each such while, and is forgotten after the last. Pure.
#pragma once

#include <cstdint>
#include <map>

#include "policy/types.hpp"

namespace geoneuron::policy {

struct BanLimits {
  uint64_t first_ns = 1'000'000'000;
  uint64_t longest_ns = 3'600'000'000'000;
  size_t clients = 4096;  // kept; beyond, the one whose ban ends first is forgotten
};

class Bans {
 public:
  explicit Bans(const BanLimits& limits = {}) : limits_(limits) {}

  // One of the client's jobs is guilty. Returns when its ban ends.
  uint64_t punish(ClientId client, uint64_t now_ns);
  // 0: it may submit. Else when its ban ends, which is after now.
  uint64_t banned_until(ClientId client, uint64_t now_ns) const;
  // The client is gone.
  void forget(ClientId client) { records_.erase(client); }
  size_t size() const { return records_.size(); }

 private:
  struct Record {
    uint32_t steps = 0;     // how often it was banned, less what is forgiven
    uint64_t until_ns = 0;  // of the last ban
  };

  uint64_t length_ns(uint32_t steps) const;
  void forgive(Record& record, uint64_t now_ns) const;

  const BanLimits limits_;
  std::map<ClientId, Record> records_;
};

}  // namespace geoneuron::policy
