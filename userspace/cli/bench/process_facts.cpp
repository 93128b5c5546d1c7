// SPDX-License-Identifier: MIT
#include "cli/bench/process_facts.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace geoneuron::cli::bench {
namespace {

namespace fs = std::filesystem;

// The number after "name:" in a status file; 0 where it is not there.
uint64_t number_in(const fs::path& status, const std::string& name) {
  std::ifstream file(status);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":"))
      return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10);
  return 0;
}

Error failure(pid_t process, const char* what, const std::error_code& error) {
  return make_error(error.value(), "process %d: its %s cannot be read: %s", process, what,
                    error.message().c_str());
}

}  // namespace

Result<ProcessFacts> facts_of(pid_t process) {
  const fs::path folder = "/proc/" + std::to_string(process);
  ProcessFacts facts;
  std::error_code error;
  facts.resident_bytes = number_in(folder / "status", "VmRSS") * 1024;
  for (fs::directory_iterator entry(folder / "fd", error), end; !error && entry != end;
       entry.increment(error))
    ++facts.fds;
  if (error) return failure(process, "fds", error);
  for (fs::directory_iterator entry(folder / "task", error), end; !error && entry != end;
       entry.increment(error))
    facts.wakeups += number_in(entry->path() / "status", "voluntary_ctxt_switches");
  if (error) return failure(process, "threads", error);
  return facts;
}

}  // namespace geoneuron::cli::bench
