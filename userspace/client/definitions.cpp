// SPDX-License-Identifier: MIT
#include "client/definitions.hpp"

#include <algorithm>
#include <cerrno>

#include "client/request.hpp"

namespace geoneuron::client {
namespace {

bool has(const geoneuron_command& command, uint16_t flag) {
  return (command.flags & flag) != 0;
}

bool defines(const geoneuron_command& command) {
  return command.opcode == GEONEURON_LOAD_MODEL || command.opcode == GEONEURON_PERCEIVE;
}

std::vector<Definition> found(const std::unordered_map<uint64_t, Definition>& all, uint64_t key) {
  const auto place = all.find(key);
  return place == all.end() ? std::vector<Definition>() : std::vector{place->second};
}

}  // namespace

bool is_repeatable_definition(const geoneuron_command& command) {
  const std::span uses(command.buffers,
                       std::min<size_t>(command.buffer_count, GEONEURON_COMMAND_BUFFERS));
  return defines(command) && has(command, GEONEURON_COMMAND_IDEMPOTENT) &&
         std::ranges::all_of(uses, [](const geoneuron_buffer_use& use) {
           return use.access == GEONEURON_ACCESS_READ;
         });
}

void Definitions::remember(const Definition& definition) {
  const uint64_t object = request_of(definition.command).object;
  if (definition.command.opcode == GEONEURON_LOAD_MODEL)
    models_[object] = definition;
  else
    perceptions_[object] = definition;
}

void Definitions::forget(std::span<const geoneuron_command> commands) {
  if (models_.empty() && perceptions_.empty()) return;
  for (const geoneuron_command& command : commands) {
    const bool releases = command.opcode == GEONEURON_RELEASE;
    if (!releases && !defines(command)) continue;
    const uint64_t object = request_of(command).object;
    if (releases && object == 0) models_.clear(), perceptions_.clear();
    if (command.opcode != GEONEURON_LOAD_MODEL) perceptions_.erase(object);
    if (command.opcode != GEONEURON_PERCEIVE) forget_model(object);
  }
}

void Definitions::forget_model(uint64_t model) {
  models_.erase(model);
  std::erase_if(perceptions_, [model](const auto& entry) {
    return request_of(entry.second.command).source == model;
  });
}

std::vector<Definition> Definitions::source_of(const geoneuron_command& command) const {
  const uint64_t source = request_of(command).source;
  std::vector<Definition> model = found(models_, source);
  if (command.opcode == GEONEURON_PERCEIVE) return model;
  const std::vector<Definition> perception = found(perceptions_, source);
  std::vector<Definition> chain;
  if (!perception.empty()) chain = source_of(perception.front().command);
  if (!chain.empty()) chain.push_back(perception.front());
  // Which of the two a QUERY is about stands in its text.
  if (command.opcode == GEONEURON_QUERY) chain.insert(chain.end(), model.begin(), model.end());
  return chain;
}

std::vector<Stale> find_stale(std::span<const geoneuron_command> commands,
                              std::span<const geoneuron_completion> completions) {
  std::vector<Stale> all;
  Stale one;
  bool may_run_again = true, has_failed = false, is_stale = false;
  for (size_t i = 0; i < commands.size(); ++i) {
    may_run_again &= has(commands[i], GEONEURON_COMMAND_IDEMPOTENT);
    if (completions[i].result < 0 && !has_failed) {
      has_failed = true;
      is_stale = completions[i].result == -ESTALE;
      one.failed = i;
    }
    if (has(commands[i], GEONEURON_COMMAND_LINK)) continue;
    one.count = i + 1 - one.begin;
    if (may_run_again && is_stale) all.push_back(one);
    one = {.begin = i + 1, .count = 0, .failed = 0};
    may_run_again = true;
    has_failed = is_stale = false;
  }
  return all;
}

}  // namespace geoneuron::client
