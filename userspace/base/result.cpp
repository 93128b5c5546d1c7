// SPDX-License-Identifier: MIT
#include "base/result.hpp"

#include <cstdio>

namespace geoneuron {
namespace {

std::string format_message(const char* format, va_list arguments) {
  va_list measured;
  va_copy(measured, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, measured);
  va_end(measured);
  if (length <= 0) return {};
  std::string text(static_cast<size_t>(length), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, arguments);
  return text;
}

}  // namespace

Error Error::prefixed(std::string_view context) const {
  return Error{code, std::string(context) + ": " + message};
}

Error make_error(int code, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Error error{code, format_message(format, arguments)};
  va_end(arguments);
  return error;
}

Error invalid(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Error error{EINVAL, format_message(format, arguments)};
  va_end(arguments);
  return error;
}

}  // namespace geoneuron
