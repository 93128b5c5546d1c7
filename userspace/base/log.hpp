// SPDX-License-Identifier: MIT
// One line per event on standard error, for people. Thread-safe: a line is written whole.
#pragma once

namespace geoneuron {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// Lines above this level are dropped; the default is kWarning.
void set_log_level(LogLevel level);

// Formats as printf does and adds the level and a newline.
void log(LogLevel level, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace geoneuron
