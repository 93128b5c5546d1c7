// SPDX-License-Identifier: MIT
#include "cli/question.hpp"

#include <algorithm>

#include "cli/answer_reader.hpp"
#include "cli/command_chain.hpp"

namespace geoneuron::cli {
Result<void> make_room(const DaemonLink& link, uint64_t bytes, client::Buffer& room) {
  if (room && room.size() >= bytes) return {};
  room = GN_TRY(link.create_buffer(bytes));
  return {};
}

std::string answer_text(const client::Buffer& room, uint64_t bytes) {
  return {room.as<char>().data(), std::min(bytes, room.size())};
}

Result<std::string> ask(const DaemonLink& link, const Subject& subject,
                        const nlohmann::ordered_json& question, client::Buffer& room) {
  // Once to learn how long the answer is; it may grow while one asks.
  constexpr int kAttempts = 4;
  GN_TRY(make_room(link, kAnswerBytes, room));
  for (int attempt = 1;; ++attempt) {
    CommandChain chain(link, subject.device);
    GN_TRY(chain.add({.opcode = GEONEURON_QUERY, .source = subject.source, .answers_in_0 = true},
                     question, {writes(room)}));
    const geoneuron_completion answer = GN_TRY(chain.submit()).front();
    if (answer.result >= 0) return answer_text(room, answer.value);
    if (answer.result != -ENOSPC || attempt == kAttempts) return link.failure(answer);
    GN_TRY(make_room(link, answer.value, room));
  }
}

Result<DeviceList> list_devices(const DaemonLink& link) {
  client::Buffer room;
  const std::string answer = GN_TRY(ask(link, {}, {{"about", "devices"}}, room));
  return parse_device_list(GN_TRY(parse_answer(answer)));
}

}  // namespace geoneuron::cli
