// SPDX-License-Identifier: MIT
// geoneuron-worker: the process that owns one device for one user. geoneurond starts it, with the
// fds that ring/protocol.hpp lists; it is of no use to anybody else.
#include <getopt.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "worker/device_list.hpp"
#include "worker/model_parser.hpp"
#include "worker/worker.hpp"

namespace {

using geoneuron::Result;
using geoneuron::worker::ExecutorOptions;

constexpr const char* kUsage =
    "usage: geoneuron-worker [--device SELECTOR] [--budget BYTES] [--device-budget BYTES]\n"
    "                        [--context-device-budget BYTES] [--context-host-budget BYTES]\n"
    "                        [--threads N] [--parser PROGRAM]\n"
    "       geoneuron-worker --list-devices [cpu]\n"
    "Runs networks and draws pictures for geoneurond, which starts it.\n";

Result<uint64_t> number_of(const char* name, const char* text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  if (error != std::errc() || *end != 0)
    return geoneuron::invalid("--%s %s: must be a whole number", name, text);
  return number;
}

struct Options {
  ExecutorOptions executor;
  std::string parser = geoneuron::worker::ModelParser::beside_this_program();
};

Result<void> take_option(const std::string& name, const char* value, Options& all) {
  ExecutorOptions& options = all.executor;
  if (name == "device" || name == "parser") {
    (name == "device" ? options.device : all.parser) = value;
    return {};
  }
  const uint64_t number = GN_TRY(number_of(name.c_str(), value));
  if (name == "budget") options.budget_bytes = number;
  if (name == "device-budget") options.device_bytes = number;
  if (name == "context-device-budget") options.context_device_bytes = number;
  if (name == "context-host-budget") options.context_host_bytes = number;
  // More than a machine has is refused when the device is opened.
  if (name == "threads")
    options.threads = static_cast<uint32_t>(std::min<uint64_t>(number, UINT32_MAX));
  return {};
}

Result<Options> options_of(int count, char** arguments) {
  constexpr option kOptions[] = {{"device", required_argument, nullptr, 'o'},
                                 {"budget", required_argument, nullptr, 'o'},
                                 {"device-budget", required_argument, nullptr, 'o'},
                                 {"context-device-budget", required_argument, nullptr, 'o'},
                                 {"context-host-budget", required_argument, nullptr, 'o'},
                                 {"parser", required_argument, nullptr, 'o'},
                                 {"threads", required_argument, nullptr, 'o'},
                                 {nullptr, 0, nullptr, 0}};
  Options options;
  opterr = 0;
  int which = 0;
  for (int found = 0; (found = getopt_long(count, arguments, "", kOptions, &which)) != -1;) {
    if (found != 'o')
      return geoneuron::invalid("%s: is no option, or lacks its value", arguments[optind - 1]);
    GN_TRY(take_option(kOptions[which].name, optarg, options));
  }
  if (optind != count) return geoneuron::invalid("%s: is one argument too many", arguments[optind]);
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::strcmp(arguments[1], "--list-devices") == 0) {
    const bool cores_only = count == 3 && std::strcmp(arguments[2], "cpu") == 0;
    if (count == 2 || cores_only)
      return std::puts(geoneuron::worker::device_list(cores_only).c_str()) < 0 ? 1 : 0;
  }
  const auto options = options_of(count, arguments);
  if (!options) {
    std::fprintf(stderr, "geoneuron-worker: %s\n%s", options.error().message.c_str(), kUsage);
    return 2;
  }
  const auto served = geoneuron::worker::serve(options->executor, options->parser);
  if (served) return 0;
  std::fprintf(stderr, "geoneuron-worker: %s\n", served.error().message.c_str());
  return 1;
}
