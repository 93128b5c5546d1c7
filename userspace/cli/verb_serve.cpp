// SPDX-License-Identifier: MIT
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "cli/daemon_verbs.hpp"
#include "cli/load/daemon_place.hpp"
#include "cli/validator.hpp"
#include "client/daemon_search.hpp"

namespace geoneuron::cli {
namespace {

struct ServeOptions {
  std::string socket, worker, configuration, daemon, kernel;
  bool standby = false, verbose = false;
};

// The folder that libgeoneuron looks in for the user's own daemon, when it is not there yet.
Result<void> make_own_folder(const std::string& socket) {
  const size_t slash = socket.rfind('/');
  if (slash == std::string::npos || slash == 0) return {};
  const std::string folder = socket.substr(0, slash);
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return make_error(errno, "%s: cannot be made: %s; name another socket with --socket PATH",
                    folder.c_str(), std::strerror(errno));
}

// Blocked signals are inherited, and the daemon has no thread that waits for them.
void unblock_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_UNBLOCK, &all, nullptr);
}

// Does not return where it succeeds.
Result<ExitStatus> become_daemon(const ServeOptions& options) {
  const std::string program = GN_TRY(client::find_daemon(options.daemon));
  std::string socket = options.socket;
  if (socket.empty()) {
    socket = load::usual_socket();
    GN_TRY(make_own_folder(socket));
  }
  std::vector<std::string> words = {program, "--socket", socket};
  if (!options.worker.empty()) words.insert(words.end(), {"--worker", options.worker});
  if (!options.configuration.empty())
    words.insert(words.end(), {"--config", options.configuration});
  if (!options.kernel.empty()) words.insert(words.end(), {"--kernel", options.kernel});
  if (options.standby) words.emplace_back("--standby");
  if (options.verbose) words.emplace_back("--verbose");
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  unblock_signals();
  execv(program.c_str(), arguments.data());
  return make_error(errno, "%s: cannot be started: %s", program.c_str(), std::strerror(errno));
}

constexpr const char* kFooter =
    "Becomes geoneurond, which prints `listening at PATH` once programs can connect. Ctrl-C ends "
    "it\n"
    "when what runs is done; a second Ctrl-C ends it at once.\n"
    "Examples:\n"
    "  geoneuron serve\n"
    "  geoneuron serve --socket /tmp/geoneuron.socket --verbose";

}  // namespace

void add_serve_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* verb = app.add_subcommand("serve", "Run a daemon in the foreground, for every program");
  const auto path = [&](const char* name, std::string& target, const char* description) {
    verb->add_option(name, target, description)
        ->check(validator(
            [](const std::string& text) { return text.empty() ? "must not be empty" : ""; }))
        ->type_name("PATH");
  };
  path("--socket", options->socket,
       "Where programs connect (default: where libgeoneuron looks: GEONEURON_SOCKET, else\n"
       "$XDG_RUNTIME_DIR/geoneuron/socket, else /run/geoneuron/socket)");
  path("--daemon", options->daemon, "The daemon (default: geoneurond where libgeoneuron finds it)");
  path("--worker", options->worker, "The worker program (default: the one beside the daemon)");
  path("--config", options->configuration, "The configuration, as geoneurond(8) says");
  verb->add_option("--kernel", options->kernel,
                   "Serve the kernel module's clients: auto (where it is there), yes or no")
      ->check(validator([](const std::string& text) {
        return check_word(text, {"auto", "yes", "no"});
      }))
      ->type_name("WORD");
  verb->add_flag("--standby", options->standby,
                 "Wait until the daemon that serves the kernel's clients is gone");
  verb->add_flag("--verbose", options->verbose, "Say on standard error what happens");
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [options] { return become_daemon(*options); }; });
}

}  // namespace geoneuron::cli
