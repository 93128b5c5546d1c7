// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "base/printable.hpp"

namespace geoneuron {
namespace {

std::atomic<LogLevel> maximum_level{LogLevel::kWarning};

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
  }
  return "?";
}

}  // namespace

void set_log_level(LogLevel level) {
  maximum_level = level;
}

void log(LogLevel level, const char* format, ...) {
  if (level > maximum_level) return;
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  std::fprintf(stderr, "geoneuron: %s: %s\n", name_of(level), printable(text).c_str());
}

}  // namespace geoneuron
