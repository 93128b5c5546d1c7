// SPDX-License-Identifier: MIT
#include "cli/daemon_link.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

// Longer sentences are cut.
constexpr size_t kSentenceBytes = 4096;
// More than any machine has, and what depends on it stays below 64 bits.
constexpr uint64_t kMostBudget = uint64_t{1} << 60;

Result<void> check_way(const SessionOptions& options, int way) {
  if (way == GEONEURON_WAY_EMBEDDED || options.threads == 0) return {};
  return make_error(
      kUsageError,
      "--threads %u: is for a private daemon, but one that runs already (%s) computes "
      "for all; leave it out",
      options.threads, way == GEONEURON_WAY_KERNEL ? "/dev/geoneuron" : "by its socket");
}

// What a private daemon is told; one that runs is as those want it who run it.
std::vector<std::string> private_arguments(const SessionOptions& options) {
  std::vector<std::string> arguments;
  const auto set = [&](const std::string& name, const std::string& value) {
    arguments.insert(arguments.end(), {"--set", name + "=" + value});
  };
  // All that it has is this program's, and what a run keeps may be more than its budget.
  set("max_buffer_bytes", std::to_string(INT64_MAX));
  // Half of a worker's memory is for runs.
  const uint64_t budget = std::min(budget_of(options), kMostBudget);
  if (budget > kUsualBudget) set("worker_bytes", std::to_string(2 * budget));
  if (options.device == "cpu") set("devices", "cpu");
  if (options.threads > 0)
    arguments.insert(arguments.end(), {"--worker-threads", std::to_string(options.threads)});
  return arguments;
}

// The first command that failed of itself, or else the first that failed.
const geoneuron_completion* first_failure(const std::vector<geoneuron_completion>& completions) {
  const auto failed = [](const auto& one) { return one.result < 0; };
  const auto guilty = [](const auto& one) { return one.result < 0 && one.result != -ECANCELED; };
  auto found = std::ranges::find_if(completions, guilty);
  if (found == completions.end()) found = std::ranges::find_if(completions, failed);
  return found == completions.end() ? nullptr : &*found;
}

}  // namespace

Result<int> checked(int result) {
  if (result >= 0) return result;
  return make_error(-result, "%s", geoneuron_error());
}

Result<std::shared_ptr<DaemonLink>> DaemonLink::connect(const SessionOptions& options) {
  geoneuron_options how{};
  how.size = sizeof how;
  if (!options.socket.empty()) how.socket_path = options.socket.c_str();
  const std::vector<std::string> texts = private_arguments(options);
  std::vector<const char*> arguments;
  arguments.reserve(texts.size() + 1);
  for (const std::string& text : texts) arguments.push_back(text.c_str());
  arguments.push_back(nullptr);
  how.daemon_arguments = arguments.data();
  client::Connection connection;
  GN_TRY(checked(connection.connect(&how)));
  GN_TRY(check_way(options, connection.way()));
  geoneuron_info info{};
  GN_TRY(checked(connection.info(info)));
  const uint32_t highest = std::min<uint32_t>(info.highest_class, GEONEURON_CLASS_NORMAL);
  return std::shared_ptr<DaemonLink>(
      new DaemonLink(std::move(connection), static_cast<uint8_t>(highest)));
}

Result<client::Buffer> DaemonLink::create_buffer(uint64_t bytes) const {
  client::Buffer buffer;
  GN_TRY(checked(connection_.create_buffer(std::max<uint64_t>(bytes, 1), buffer)));
  return buffer;
}

Result<std::vector<geoneuron_completion>> DaemonLink::submit(
    std::span<geoneuron_command> commands) const {
  for (geoneuron_command& command : commands) command.priority_class = class_;
  std::vector<geoneuron_completion> completions(commands.size());
  const int result = connection_.run(commands, completions);
  // Its sentence is about the first that failed, which the caller asks for by itself. A command has
  // a completion where it was accepted.
  if (result < 0 && first_failure(completions) == nullptr) GN_TRY(checked(result));
  return completions;
}

Result<std::vector<geoneuron_completion>> DaemonLink::run(
    std::span<geoneuron_command> commands) const {
  auto completions = GN_TRY(submit(commands));
  GN_TRY(check(completions));
  return completions;
}

Result<void> DaemonLink::check(const std::vector<geoneuron_completion>& completions) const {
  if (const geoneuron_completion* failed = first_failure(completions)) return failure(*failed);
  return {};
}

Error DaemonLink::failure(const geoneuron_completion& completion) const {
  std::array<char, kSentenceBytes> sentence{};
  const int length =
      geoneuron_context_failure(connection_.get(), &completion, sentence.data(), sentence.size());
  return make_error(-completion.result, "%s", length < 0 ? geoneuron_error() : sentence.data());
}

}  // namespace geoneuron::cli
