// SPDX-License-Identifier: MIT
#include "cli/load/daemon_choice.hpp"

#include "base/surroundings.hpp"
#include "base/text.hpp"
#include "cli/load/daemon_place.hpp"
#include "cli/load/job_maker.hpp"

namespace geoneuron::cli::load {
namespace {

using nlohmann::json;

bool is_vulkan(const json& device) {
  return device.value("id", "").starts_with("vulkan:");
}
bool is_hardware(const json& device) {
  return device.value("is_hardware", false);
}

// 1 + the index of the first of which that is true; 0: of none.
uint16_t first_that(const json& list, const auto& is_meant) {
  for (size_t i = 0; i < list.size(); ++i)
    if (is_meant(list[i])) return static_cast<uint16_t>(i + 1);
  return 0;
}

uint16_t number_in(const json& list, const std::string& selector) {
  if (selector == "lavapipe")
    return first_that(list, [](const json& one) { return is_vulkan(one) && !is_hardware(one); });
  if (selector != "vulkan")
    return first_that(list, [&](const json& one) { return one.value("id", "") == selector; });
  const uint16_t hardware =
      first_that(list, [](const json& one) { return is_vulkan(one) && is_hardware(one); });
  return hardware != 0 ? hardware : first_that(list, is_vulkan);
}

}  // namespace

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
  const json list = devices.is_object() ? devices.value("devices", json::array()) : json::array();
  if (const uint16_t number = number_in(list, selector); number != 0) return number;
  std::vector<std::string> ids;
  for (const json& device : list) ids.push_back(device.value("id", ""));
  return make_error(ENODEV, "--device %s: the daemon has no such device; it has %s",
                    selector.c_str(), joined(ids).c_str());
}

}  // namespace geoneuron::cli::load
