// SPDX-License-Identifier: MIT
// geoneurond: the arguments, and the daemon.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "base/log.hpp"
#include "base/surroundings.hpp"
#include "base/unique_fd.hpp"
#include "daemon/daemon.hpp"
#include "daemon/listener.hpp"
#include "daemon/supervisor.hpp"

#include <geoneuron/socket.h>
#include <unistd.h>

namespace geoneuron::daemon {
namespace {

constexpr const char* kWorker = "geoneuron-worker";
constexpr const char* kConfigurationPath = "/etc/geoneuron/geoneurond.conf";

struct Arguments {
  std::string socket = GEONEURON_SOCKET_PATH;
  int private_socket = -1;
  std::string worker;
  uint32_t worker_threads = 0;
  std::string configuration;
  std::vector<std::string> settings;
  std::string kernel;  // "": as configured
  std::string kernel_device = DaemonOptions().kernel_device;
  bool standby = false;
  bool verbose = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", GEONEURON_VERSION);
  auto* socket = app.add_option("--socket", arguments.socket, "Where clients connect")
                     ->type_name("PATH")
                     ->capture_default_str();
  app.add_option("--private-socket", arguments.private_socket,
                 "Serve the one client at this inherited fd, and end with it")
      ->type_name("FD")
      ->check(CLI::NonNegativeNumber)
      ->excludes(socket);
  app.add_option("--worker", arguments.worker,
                 "The worker program (default: geoneuron-worker beside this one, else in "
                 "../libexec)")
      ->type_name("PATH");
  app.add_option("--worker-threads", arguments.worker_threads,
                 "Cores that the worker of the device cpu uses (default: all)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app.add_option(
         "--config", arguments.configuration,
         std::string("The configuration (default: ") + kConfigurationPath + " where it is there)")
      ->type_name("PATH");
  app.add_option("--set", arguments.settings,
                 "A line of the configuration, which goes before the file's; may be given often")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--kernel", arguments.kernel,
                 "Serve the kernel module's clients: auto (where it is there), yes, no")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "yes", "no"}));
  app.add_option("--kernel-device", arguments.kernel_device, "The kernel module's node for daemons")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_flag("--standby", arguments.standby,
               "Wait until the daemon that serves the kernel's clients is gone, then serve")
      ->excludes("--private-socket");
  app.add_flag("--verbose", arguments.verbose, "Say what happens");
}

// Beside this program where it was built, and in libexec where it was installed, whatever the
// prefix.
std::string worker_of_this_program() {
  const std::filesystem::path folder = program_folder();
  const auto beside = folder / kWorker;
  const auto installed = folder.parent_path() / "libexec" / kWorker;
  return access(beside.c_str(), X_OK) == 0 ? beside : installed;
}

// How the socket that clients find came to be; its path is ours to remove.
struct Listening {
  UniqueFd socket;
  std::string path;
};

Result<Listening> open_listener(const Arguments& arguments) {
  std::optional<UniqueFd> left = GN_TRY(Supervisor::listener());
  if (left.has_value()) return Listening{.socket = std::move(*left), .path = ""};
  UniqueFd socket = GN_TRY(listen_at(arguments.socket));
  return Listening{.socket = std::move(socket), .path = arguments.socket};
}

// Who started us by hand waits for this line; nobody need read it.
void say_ready(const std::string& path) {
  std::signal(SIGPIPE, SIG_IGN);
  std::printf("listening at %s\n", path.c_str());
  std::fflush(stdout);
}

ConfigurationSource configuration_of(const Arguments& arguments) {
  const bool is_private = arguments.private_socket >= 0;
  ConfigurationSource source;
  source.required = !arguments.configuration.empty();
  source.path = source.required || is_private ? arguments.configuration : kConfigurationPath;
  source.settings = arguments.settings;
  return source;
}

Result<void> serve(const Arguments& arguments) {
  const bool is_private = arguments.private_socket >= 0;
  UniqueFd connection(arguments.private_socket);
  DaemonOptions options;
  options.worker_program = arguments.worker.empty() ? worker_of_this_program() : arguments.worker;
  options.worker_threads = arguments.worker_threads;
  options.configuration = configuration_of(arguments);
  if (is_private)
    options.use_kernel = UseKernel::kNo;
  else if (!arguments.kernel.empty())
    options.use_kernel = GN_TRY(parse_use_kernel(arguments.kernel));
  options.kernel_device = arguments.kernel_device;
  options.standby = arguments.standby;
  if (options.standby && options.use_kernel == UseKernel::kNo)
    return invalid("--standby: waits for the kernel's clients: must not be with --kernel no");
  std::unique_ptr<Daemon> daemon = GN_TRY(Daemon::create(options));
  if (options.standby && !GN_TRY(daemon->await_promotion())) return {};
  if (is_private) {
    GN_TRY(daemon->serve_only(std::move(connection)));
    return daemon->run();
  }
  Listening listening = GN_TRY(open_listener(arguments));
  if (!listening.path.empty()) say_ready(listening.path);
  daemon->listen(std::move(listening.socket));
  Result<void> result = daemon->run();
  if (!listening.path.empty()) unlink(listening.path.c_str());
  return result;
}

int run(int argc, char** argv) {
  CLI::App app("Runs neural networks and draws what is inside them, for every program at once.");
  Arguments arguments;
  add_options(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (arguments.verbose) set_log_level(LogLevel::kInfo);
  if (Result<void> served = serve(arguments); !served) {
    std::fprintf(stderr, "geoneurond: %s\n", served.error().message.c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace geoneuron::daemon

int main(int argc, char** argv) try {
  return geoneuron::daemon::run(argc, argv);
} catch (const std::exception& error) {  // what no code of ours throws, such as std::bad_alloc
  std::fprintf(stderr, "geoneurond: %s\n", error.what());
  return 1;
}
