// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

namespace geoneuron::cli {
namespace {

// Another thread may add a file to a folder that is being emptied. It fails with the next one, as
// the folder has gone or goes then, so that a few attempts are enough.
constexpr int kAttempts = 100;

// Never destroyed: the waiting thread outlives main().
struct Unfinished {
  std::mutex mutex;  // between the waiting thread and whoever makes, moves or removes a folder
  std::set<std::string> folders;
};

Unfinished& unfinished() {
  static Unfinished& instance = *new Unfinished;
  return instance;
}

void remove_folder(const std::string& folder) {
  std::error_code error;
  for (int i = 0; i < kAttempts; ++i) {
    std::filesystem::remove_all(folder, error);
    if (!std::filesystem::exists(folder, error)) return;
  }
}

// Ends the process by the signal itself, so that a shell sees what ended it. The lock is kept: the
// main thread must not go on and report its missing folder.
[[noreturn]] void end_by(int signal, const sigset_t& signals) {
  const InterruptPause pause;
  for (const std::string& folder : unfinished().folders) remove_folder(folder);
  std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  kill(getpid(), signal);
  for (;;) ::pause();
}

}  // namespace

void watch_interrupts() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset(&signals, signal);
  }
  if (pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) return;
  std::thread([signals] {
    int signal = 0;
    if (sigwait(&signals, &signal) == 0) end_by(signal, signals);
  }).detach();
}

InterruptPause::InterruptPause() : lock_(unfinished().mutex) {}

void InterruptPause::remove_on_interrupt(const std::string& folder) {
  unfinished().folders.insert(folder);
}

void InterruptPause::forget(const std::string& folder) {
  unfinished().folders.erase(folder);
}

}  // namespace geoneuron::cli
