// SPDX-License-Identifier: MIT
// Result<T>: a value, or an Error with an errno code and one sentence for the user.
// The member names are those of std::expected, which GCC 12 lacks in C++20. Not thread-safe.
#pragma once

#include <cassert>
#include <cerrno>
#include <cstdarg>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace geoneuron {

// What went wrong: `code` is a positive errno value, `message` a sentence that names the thing,
// what was wrong with it and what would be right.
struct Error {
  int code = EINVAL;
  std::string message;

  // The same error, told from one level up: "conv1: kernel_shape ...".
  [[nodiscard]] Error prefixed(std::string_view context) const;
};

// Formats as printf does.
[[nodiscard]] Error make_error(int code, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// EINVAL with a sentence: the common case for bad input.
[[nodiscard]] Error invalid(const char* format, ...) __attribute__((format(printf, 1, 2)));

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& checked() {
    assert(has_value() && "value() of a Result that holds an Error");
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)), has_value_(false) {}

  bool has_value() const { return has_value_; }
  explicit operator bool() const { return has_value_; }
  void value() const { assert(has_value_); }
  const Error& error() const& {
    assert(!has_value_);
    return error_;
  }
  Error&& error() && {
    assert(!has_value_);
    return std::move(error_);
  }

 private:
  Error error_;
  bool has_value_ = true;
};

// Prefixes a failed result's message with `context`; passes a value through.
template <typename T>
Result<T> with_context(Result<T> result, std::string_view context) {
  if (result.has_value()) return result;
  return result.error().prefixed(context);
}

}  // namespace geoneuron

// The value of `expression` (a Result), or returns its error from the enclosing function.
#define GN_TRY(expression)                                                   \
  ({                                                                         \
    auto gn_try_result = (expression);                                       \
    if (!gn_try_result.has_value()) return std::move(gn_try_result).error(); \
    std::move(gn_try_result).value();                                        \
  })
