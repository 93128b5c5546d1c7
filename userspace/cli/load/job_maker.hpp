// SPDX-License-Identifier: MIT
// JobMaker: the commands and buffers of a plan's jobs, on one connection. One thread.
#pragma once

#include <geoneuron/geoneuron.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/load/load_plan.hpp"

namespace geoneuron::cli::load {

// A place for one job of a client at a time: the same commands again and again.
struct Seat {
  std::vector<client::Buffer> buffers;
  std::vector<geoneuron_command> commands;  // of one job, as a chain where there are several
  size_t left = 0;                          // commands that are not completed; 0: it is free
  uint64_t due_ns = 0;                      // when the job was to begin
  uint64_t deadline_ns = 0;
  int32_t result = 0;  // of the first command that failed
};

class JobMaker {
 public:
  // `connection` outlives it. Loads the network where the plan has one. Errors name it.
  static Result<JobMaker> create(const client::Connection& connection, const LoadPlan& plan);

  // `number` counts from 0; the commands' user_data is that.
  Result<Seat> make_seat(uint64_t number) const;

 private:
  struct Input {
    std::string name, type;
    std::vector<uint64_t> shape;
    uint64_t bytes = 0;
  };
  JobMaker(const client::Connection& connection, const LoadPlan& plan)
      : connection_(&connection), plan_(&plan) {}

  Result<void> load_model();
  Result<void> read_inputs(const std::string& description);
  Result<geoneuron_command> heatmap(Seat& seat) const;
  Result<geoneuron_command> perceive(uint64_t number, Seat& seat) const;
  Result<geoneuron_command> draw(uint64_t number, Seat& seat) const;
  Result<client::Buffer*> add_buffer(Seat& seat, uint64_t bytes) const;
  void finish(geoneuron_command& command, uint64_t number) const;

  const client::Connection* connection_;
  const LoadPlan* plan_;
  std::vector<Input> inputs_;
};

// Runs the command and returns what it writes to its report slot, however long. `text` as
// geoneuron_command_query takes it.
Result<std::string> ask(const client::Connection& connection, const std::string& text,
                        uint64_t source = 0, uint16_t device = 0);

// Sets members of the request that a command carries.
void set_device(geoneuron_command& command, uint16_t device);
void add_request_flags(geoneuron_command& command, uint16_t flags);

}  // namespace geoneuron::cli::load
