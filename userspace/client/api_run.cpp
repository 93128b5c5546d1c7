// SPDX-License-Identifier: MIT
// The C functions that run commands.
#include <geoneuron/geoneuron.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/printable.hpp"
#include "client/api.hpp"

namespace geoneuron::client {
namespace {

// Sentences are short; a longer one is cut.
constexpr uint64_t kSentenceBytes = 4096;

// One command, run to its end; its completion.
Result<geoneuron_completion> run_one(Context& context, const geoneuron_command& command) {
  geoneuron_completion completion{};
  GN_TRY(context.run({&command, 1}, {&completion, 1}));
  return completion;
}

// Only the daemon's answer in the buffer, of which the client's user sees no control characters.
Result<std::string> ask_for_sentence(geoneuron_context& context, uint64_t command_id,
                                     const geoneuron_buffer& answer) {
  geoneuron_command query;
  const std::string text = R"({"about": "failure", "command": )" + std::to_string(command_id) + "}";
  if (const int error = geoneuron_command_query(&query, 0, text.c_str(), &answer); error < 0)
    return make_error(-error, "%s", geoneuron_error());
  const geoneuron_info info = GN_TRY(context.context->info());
  query.priority_class =
      static_cast<uint8_t>(std::min<uint32_t>(info.highest_class, GEONEURON_CLASS_NORMAL));
  const auto completion = GN_TRY(run_one(*context.context, query));
  if (completion.result < 0 && completion.result != -ENOSPC)
    return make_error(-completion.result, "the daemon does not remember why");
  const uint64_t bytes = std::min<uint64_t>(completion.value, answer.memory.size_bytes);
  return printable(std::string_view(static_cast<const char*>(answer.memory.data()), bytes));
}

// The first command that failed of itself, or else the first that failed.
const geoneuron_completion* first_failure(std::span<const geoneuron_completion> completions) {
  const geoneuron_completion* failure = nullptr;
  for (const geoneuron_completion& completion : completions) {
    if (completion.result >= 0) continue;
    if (completion.result != -ECANCELED) return &completion;
    if (failure == nullptr) failure = &completion;
  }
  return failure;
}

Result<int> run(geoneuron_context& context, std::span<const geoneuron_command> commands,
                std::span<geoneuron_completion> completions) {
  GN_TRY(context.context->run(commands, completions));
  const geoneuron_completion* const failure = first_failure(completions);
  if (failure == nullptr) return 0;
  const auto sentence = failure_sentence(context, *failure);
  return make_error(-failure->result, "command %td of %zu: %s", failure - completions.data() + 1,
                    commands.size(), sentence ? sentence->c_str() : own_sentence(failure->result));
}

}  // namespace

const char* own_sentence(int result) {
  switch (result) {
    case -ECANCELED:
      return "cancelled, or another of its chain failed";
    case -EOWNERDEAD:
      return "the daemon was lost, and it may not run again";
    case -EINVAL:
      return "it breaks a rule of commands, or its chain is too long or has no end";
    case -ENOENT:
      return "it names a buffer that is not there";
    case -EPERM:
      return "its class is above what this context may use";
    case -EACCES:
      return "it writes to a buffer that may only be read";
    default:
      return std::strerror(-result);
  }
}

Result<std::string> failure_sentence(geoneuron_context& context,
                                     const geoneuron_completion& completion) {
  // What the library answered has no number.
  if (completion.command_id == 0) return std::string(own_sentence(completion.result));
  geoneuron_buffer answer{context.context, GN_TRY(context.context->create_buffer(kSentenceBytes))};
  auto sentence = ask_for_sentence(context, completion.command_id, answer);
  GN_TRY(context.context->destroy_buffer(answer.memory.handle));
  // The kernel answers by itself what no daemon ever saw.
  if (!sentence && sentence.error().code == ENOENT)
    return std::string(own_sentence(completion.result));
  return sentence;
}

}  // namespace geoneuron::client

using geoneuron::Result;
using geoneuron::client::guarded;

int geoneuron_context_submit(geoneuron_context* context, const geoneuron_command* commands,
                             uint32_t count) {
  return guarded([&]() -> Result<int> {
    return static_cast<int>(GN_TRY(context->context->submit({commands, count})));
  });
}

int geoneuron_context_reap(geoneuron_context* context, geoneuron_completion* completions,
                           uint32_t count) {
  return guarded([&]() -> Result<int> {
    return static_cast<int>(GN_TRY(context->context->reap({completions, count})));
  });
}

int geoneuron_context_wait(geoneuron_context* context, uint32_t minimum, int64_t timeout_ns) {
  return guarded([&]() -> Result<int> {
    GN_TRY(context->context->wait(minimum, timeout_ns));
    return 0;
  });
}

int geoneuron_context_run(geoneuron_context* context, const geoneuron_command* commands,
                          uint32_t count, geoneuron_completion* completions) {
  return guarded([&]() -> Result<int> {
    std::vector<geoneuron_completion> own(completions == nullptr ? count : 0);
    return geoneuron::client::run(
        *context, {commands, count},
        completions == nullptr ? std::span(own) : std::span(completions, count));
  });
}

int geoneuron_context_cancel(geoneuron_context* context, uint64_t user_data,
                             geoneuron_cancel* answer) {
  return guarded([&]() -> Result<int> {
    const geoneuron_cancel result = GN_TRY(context->context->cancel(user_data));
    if (answer != nullptr) *answer = result;
    if (result.not_found == 0) return 0;
    return geoneuron::make_error(ENOENT, "no command with user_data %llu waits or runs",
                                 static_cast<unsigned long long>(user_data));
  });
}

int geoneuron_context_poll_fd(geoneuron_context* context) {
  return guarded([&] { return context->context->poll_fd(); });
}

int geoneuron_context_failure(geoneuron_context* context, const geoneuron_completion* completion,
                              char* sentence, size_t size) {
  return guarded([&]() -> Result<int> {
    if (completion->result >= 0)
      return geoneuron::invalid("the command did not fail: its result is %d", completion->result);
    const std::string text = GN_TRY(geoneuron::client::failure_sentence(*context, *completion));
    if (size == 0) return 0;
    const size_t length = text.copy(sentence, size - 1);
    sentence[length] = '\0';
    return static_cast<int>(length);
  });
}
