// SPDX-License-Identifier: MIT
// Asking the daemon (QUERY). One thread at a time.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/daemon_link.hpp"
#include "cli/device_list.hpp"

namespace geoneuron::cli {

// Who is asked about what: as in struct geoneuron_request.
struct Subject {
  uint16_t device = 0;
  uint64_t source = 0;
};

// The answer. It comes in `room`, which grows to what it takes. Errors: the daemon's.
Result<std::string> ask(const DaemonLink& link, const Subject& subject,
                        const nlohmann::ordered_json& question, client::Buffer& room);

// Grows to at least so many bytes; what was in it is lost then.
Result<void> make_room(const DaemonLink& link, uint64_t bytes, client::Buffer& room);

// Room for most answers.
inline constexpr uint64_t kAnswerBytes = 64 << 10;

// What `room` holds of an answer of so many bytes.
std::string answer_text(const client::Buffer& room, uint64_t bytes);

// The daemon's devices; at least one. EPROTO.
Result<DeviceList> list_devices(const DaemonLink& link);

}  // namespace geoneuron::cli
