// SPDX-License-Identifier: MIT
// geoneuron-worker: the process that owns one device for one user. geoneurond starts it, with the
// fds that ring/protocol.hpp lists; it is of no use to anybody else.
#include <getopt.h>

#include <charconv>
#include <cstdio>
#include <cstring>

#include "worker/device_list.hpp"
#include "worker/worker.hpp"

namespace {

using geoneuron::Result;
using geoneuron::worker::ExecutorOptions;

constexpr const char* kUsage =
    "usage: geoneuron-worker [--device SELECTOR] [--budget BYTES] | --list-devices\n"
    "Runs networks and draws pictures for geoneurond, which starts it.\n";

Result<uint64_t> bytes_of(const char* text) {
  uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), bytes);
  if (error != std::errc() || *end != 0)
    return geoneuron::invalid("--budget %s: must be a number of bytes", text);
  return bytes;
}

Result<ExecutorOptions> options_of(int count, char** arguments) {
  constexpr option kOptions[] = {{"device", required_argument, nullptr, 'd'},
                                 {"budget", required_argument, nullptr, 'b'},
                                 {nullptr, 0, nullptr, 0}};
  ExecutorOptions options;
  opterr = 0;
  for (int found = 0; (found = getopt_long(count, arguments, "", kOptions, nullptr)) != -1;) {
    if (found == 'd') {
      options.device = optarg;
    } else if (found == 'b') {
      options.budget_bytes = GN_TRY(bytes_of(optarg));
    } else {
      return geoneuron::invalid("%s: is no option, or lacks its value", arguments[optind - 1]);
    }
  }
  if (optind != count) return geoneuron::invalid("%s: is one argument too many", arguments[optind]);
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::strcmp(arguments[1], "--list-devices") == 0)
    return std::puts(geoneuron::worker::device_list().c_str()) < 0 ? 1 : 0;
  const auto options = options_of(count, arguments);
  if (!options) {
    std::fprintf(stderr, "geoneuron-worker: %s\n%s", options.error().message.c_str(), kUsage);
    return 2;
  }
  const auto served = geoneuron::worker::serve(*options);
  if (served) return 0;
  std::fprintf(stderr, "geoneuron-worker: %s\n", served.error().message.c_str());
  return 1;
}
