// SPDX-License-Identifier: MIT
// What is left behind when a signal ends the process (SIGINT, SIGTERM, SIGHUP): nothing. Folders
// that are being filled are removed first, and none is moved half. Thread-safe.
#pragma once

#include <mutex>
#include <string>

namespace geoneuron::cli {

// Starts the thread that waits for these signals; without it they end the process as ever. Threads
// inherit blocked signals, so this must come before any other thread starts. A signal that the
// parent has made ignored (nohup) stays ignored.
void watch_interrupts();

// While this is held, no signal ends the process.
class InterruptPause {
 public:
  InterruptPause();

  // From here on `folder` is removed, with all that it holds, when a signal ends the process; or no
  // longer.
  void remove_on_interrupt(const std::string& folder);
  void forget(const std::string& folder);

 private:
  std::lock_guard<std::mutex> lock_;
};

}  // namespace geoneuron::cli
