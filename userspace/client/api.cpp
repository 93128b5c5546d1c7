// SPDX-License-Identifier: MIT
// The C functions for connections and buffers.
#include "client/api.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <string>

namespace geoneuron::client {
namespace {

// More is as good as without end, and fits into the clock.
constexpr uint64_t kLongestTimeoutNs = 31'557'600'000'000'000;

thread_local std::string last_error;

std::string text_or_empty(const char* text) {
  return text != nullptr ? text : "";
}

// What programs know that were built before the options grew, with 0 for the rest.
Result<geoneuron_options> known_options(const geoneuron_options& given) {
  constexpr size_t kFirst = offsetof(geoneuron_options, daemon_arguments);
  geoneuron_options known{};
  if (given.size < kFirst || given.size > sizeof(known))
    return invalid("options.size is %u: must be sizeof(struct geoneuron_options), %zu", given.size,
                   sizeof(known));
  std::memcpy(&known, &given, given.size);
  return known;
}

Result<ConnectOptions> read_options(const geoneuron_options* callers) {
  ConnectOptions options;
  if (callers == nullptr) return options;
  const geoneuron_options given = GN_TRY(known_options(*callers));
  if (given.way > GEONEURON_WAY_EMBEDDED)
    return invalid("options.way is %u: must be GEONEURON_WAY_*, at most %d", given.way,
                   GEONEURON_WAY_EMBEDDED);
  if (given.padding != 0) return invalid("options.padding is %u: must be 0", given.padding);
  const uint32_t entries = given.completion_entries;
  if (entries != 0 && (!std::has_single_bit(entries) || entries < GEONEURON_MIN_RING_ENTRIES ||
                       entries > GEONEURON_MAX_RING_ENTRIES))
    return invalid("options.completion_entries is %u: must be a power of two, %d to %d", entries,
                   GEONEURON_MIN_RING_ENTRIES, GEONEURON_MAX_RING_ENTRIES);
  options.way = static_cast<Way>(given.way);
  options.socket_path = text_or_empty(given.socket_path);
  options.daemon_path = text_or_empty(given.daemon_path);
  for (auto argument = given.daemon_arguments; argument != nullptr && *argument != nullptr;
       ++argument)
    options.daemon_arguments.emplace_back(*argument);
  if (entries != 0) options.completion_entries = entries;
  if (given.connect_timeout_ns != 0)
    options.connect_ns = options.start_ns = std::min(given.connect_timeout_ns, kLongestTimeoutNs);
  if (given.reconnect_timeout_ns != 0)
    options.reconnect_ns = std::min(given.reconnect_timeout_ns, kLongestTimeoutNs);
  return options;
}

Result<int> make_buffer(geoneuron_context* context, Result<BufferMemory> memory,
                        geoneuron_buffer** buffer) {
  if (!memory) return std::move(memory).error();
  *buffer = new geoneuron_buffer{context->context, std::move(*memory)};
  return 0;
}

}  // namespace

int fail(const Error& error) {
  last_error = error.message;
  return -error.code;
}

}  // namespace geoneuron::client

using geoneuron::Result;
using geoneuron::client::guarded;

const char* geoneuron_error() {
  return geoneuron::client::last_error.c_str();
}

int geoneuron_connect(const geoneuron_options* options, geoneuron_context** context) {
  return guarded([&]() -> Result<int> {
    *context = nullptr;
    const auto read = GN_TRY(geoneuron::client::read_options(options));
    auto connected = GN_TRY(geoneuron::client::connect(read));
    auto made = GN_TRY(geoneuron::client::Context::create(std::move(connected.transport),
                                                          read.completion_entries));
    *context = new geoneuron_context{std::move(made), connected.way, read.completion_entries};
    return 0;
  });
}

void geoneuron_disconnect(geoneuron_context* context) {
  if (context == nullptr) return;
  context->context->close();
  delete context;
}

int geoneuron_context_way(const geoneuron_context* context) {
  return static_cast<int>(context->way);
}

int geoneuron_context_info(geoneuron_context* context, geoneuron_info* info) {
  return guarded([&]() -> Result<int> {
    *info = GN_TRY(context->context->info());
    return 0;
  });
}

int geoneuron_buffer_create(geoneuron_context* context, uint64_t size, geoneuron_buffer** buffer) {
  return guarded([&]() -> Result<int> {
    *buffer = nullptr;
    return geoneuron::client::make_buffer(context, context->context->create_buffer(size), buffer);
  });
}

int geoneuron_buffer_import(geoneuron_context* context, int fd, uint32_t flags,
                            geoneuron_buffer** buffer) {
  return guarded([&]() -> Result<int> {
    *buffer = nullptr;
    return geoneuron::client::make_buffer(context, context->context->import_buffer(fd, flags),
                                          buffer);
  });
}

void geoneuron_buffer_destroy(geoneuron_buffer* buffer) {
  if (buffer == nullptr) return;
  // Where the context is disconnected the handle went with it.
  guarded([&]() -> Result<int> {
    GN_TRY(buffer->context->destroy_buffer(buffer->memory.handle));
    return 0;
  });
  delete buffer;
}

void* geoneuron_buffer_data(const geoneuron_buffer* buffer) {
  return buffer->memory.data();
}

uint64_t geoneuron_buffer_size(const geoneuron_buffer* buffer) {
  return buffer->memory.size_bytes;
}

uint32_t geoneuron_buffer_handle(const geoneuron_buffer* buffer) {
  return buffer->memory.handle;
}
