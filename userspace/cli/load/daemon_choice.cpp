// SPDX-License-Identifier: MIT
#include "cli/load/daemon_choice.hpp"

#include "base/surroundings.hpp"
#include "cli/device_list.hpp"
#include "cli/load/daemon_place.hpp"
#include "cli/load/job_maker.hpp"

namespace geoneuron::cli::load {
using nlohmann::json;

Result<DaemonChoice> DaemonChoice::own() {
  ServedDaemon daemon = GN_TRY(ServedDaemon::start());
  const std::string socket = daemon.socket();
  client::Connection connection = GN_TRY(connect_again(socket));
  return DaemonChoice(std::move(daemon), socket, std::move(connection));
}

Result<DaemonChoice> DaemonChoice::running_or_own(const std::string& socket) {
  Result<Reached> reached = reach_running(socket);
  if (reached) return DaemonChoice(std::nullopt, reached->socket, std::move(reached->connection));
  const bool is_named = !socket.empty() || !environment("GEONEURON_SOCKET").empty();
  if (is_named || reached.error().code != ENOENT) return std::move(reached).error();
  return own();
}

Result<uint16_t> DaemonChoice::device_number(const std::string& selector) const {
  const std::string answer = GN_TRY(ask(connection_, R"({"about": "devices"})"));
  return load::device_number(nlohmann::json::parse(answer, nullptr, false), selector);
}

Result<nlohmann::ordered_json> DaemonChoice::statistics() const {
  const std::string answer = GN_TRY(ask(connection_, R"({"about": "statistics"})"));
  auto parsed = nlohmann::ordered_json::parse(answer, nullptr, false);
  if (!parsed.is_object()) return make_error(EPROTO, "QUERY statistics: the answer is no object");
  return parsed;
}

Result<uint16_t> device_number(const json& devices, const std::string& selector) {
  if (selector == "auto") return uint16_t{0};
  const DeviceList list = GN_TRY(parse_device_list(devices));
  const auto choice = GN_TRY(list.choose(selector));
  return static_cast<uint16_t>(1 + GN_TRY(list.index_of(choice.device)));
}

}  // namespace geoneuron::cli::load
