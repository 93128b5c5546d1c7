// SPDX-License-Identifier: MIT
// Queries: what the daemon answers itself: QUERY of devices, statistics, costs and failures, into
// the client's report slot. One thread.
#pragma once

#include <optional>
#include <string>

#include "daemon/devices.hpp"
#include "daemon/job_table.hpp"
#include "daemon/workers.hpp"

namespace geoneuron::daemon {

struct Query {
  enum class About : uint8_t { kDevices, kStatistics, kCosts, kFailure } about = About::kDevices;
  uint64_t command = 0;  // of kFailure
  std::string problem;   // it is about that, but breaks a rule
};

// What a job asks the daemon; nothing where it asks something else.
std::optional<Query> query_of(const Job& job);

class Queries {
 public:
  Queries(const Devices& devices, const JobTable& table, const policy::Scheduler& scheduler,
          const Workers& workers)
      : devices_(&devices), table_(&table), scheduler_(&scheduler), workers_(&workers) {}

  // Writes the answer; the outcome is the job's.
  Outcome answer(const Job& job, const Query& query) const;

 private:
  std::string statistics(uid_t asker) const;
  std::string costs() const;

  const Devices* devices_;
  const JobTable* table_;
  const policy::Scheduler* scheduler_;
  const Workers* workers_;
};

}  // namespace geoneuron::daemon
