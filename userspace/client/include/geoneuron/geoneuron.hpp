// SPDX-License-Identifier: MIT
// libgeoneuron in C++: the functions of geoneuron/geoneuron.h with owners for their handles, and
// nothing else. Results are negative errno as there, and geoneuron_error() has the sentence;
// nothing throws. Thread-safe as there.
#pragma once

#include <geoneuron/geoneuron.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace geoneuron::client {

// Owns a buffer. Move-only.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(geoneuron_buffer* buffer) : buffer_(buffer) {}
  Buffer(Buffer&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~Buffer() { geoneuron_buffer_destroy(buffer_); }

  explicit operator bool() const { return buffer_ != nullptr; }
  const geoneuron_buffer* get() const { return buffer_; }
  uint32_t handle() const { return geoneuron_buffer_handle(buffer_); }
  uint64_t size() const { return geoneuron_buffer_size(buffer_); }
  // Empty where it is not mapped.
  std::span<std::byte> bytes() const {
    auto* const data = static_cast<std::byte*>(geoneuron_buffer_data(buffer_));
    return {data, data != nullptr ? size() : 0};
  }
  // As many elements as fit.
  template <typename Element>
  std::span<Element> as() const {
    const auto all = bytes();
    return {reinterpret_cast<Element*>(all.data()), all.size() / sizeof(Element)};
  }

 private:
  geoneuron_buffer* buffer_ = nullptr;
};

// Owns a context. Move-only.
class Connection {
 public:
  Connection() = default;
  Connection(Connection&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
  Connection& operator=(Connection&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
  }
  ~Connection() { geoneuron_disconnect(context_); }

  // Once.
  [[nodiscard]] int connect(const geoneuron_options* options = nullptr) {
    return geoneuron_connect(options, &context_);
  }

  explicit operator bool() const { return context_ != nullptr; }
  geoneuron_context* get() const { return context_; }
  int way() const { return geoneuron_context_way(context_); }
  int info(geoneuron_info& info) const { return geoneuron_context_info(context_, &info); }

  [[nodiscard]] int create_buffer(uint64_t size_bytes, Buffer& buffer) const {
    geoneuron_buffer* made = nullptr;
    const int result = geoneuron_buffer_create(context_, size_bytes, &made);
    buffer = Buffer(made);
    return result;
  }
  [[nodiscard]] int import_buffer(int fd, uint32_t flags, Buffer& buffer) const {
    geoneuron_buffer* made = nullptr;
    const int result = geoneuron_buffer_import(context_, fd, flags, &made);
    buffer = Buffer(made);
    return result;
  }

  [[nodiscard]] int submit(std::span<const geoneuron_command> commands) const {
    return geoneuron_context_submit(context_, commands.data(), count_of(commands));
  }
  [[nodiscard]] int reap(std::span<geoneuron_completion> completions) const {
    return geoneuron_context_reap(context_, completions.data(), count_of(completions));
  }
  int wait(uint32_t minimum, int64_t timeout_ns = -1) const {
    return geoneuron_context_wait(context_, minimum, timeout_ns);
  }
  [[nodiscard]] int run(std::span<const geoneuron_command> commands) const {
    return geoneuron_context_run(context_, commands.data(), count_of(commands), nullptr);
  }
  // completions: as many as commands.
  [[nodiscard]] int run(std::span<const geoneuron_command> commands,
                        std::span<geoneuron_completion> completions) const {
    return geoneuron_context_run(context_, commands.data(), count_of(commands), completions.data());
  }
  int cancel(uint64_t user_data, geoneuron_cancel* answer = nullptr) const {
    return geoneuron_context_cancel(context_, user_data, answer);
  }
  int poll_fd() const { return geoneuron_context_poll_fd(context_); }

 private:
  template <typename Range>
  static uint32_t count_of(const Range& range) {
    // More than a ring holds is never accepted at once.
    return static_cast<uint32_t>(range.size() < UINT32_MAX ? range.size() : UINT32_MAX);
  }

  geoneuron_context* context_ = nullptr;
};

}  // namespace geoneuron::client
