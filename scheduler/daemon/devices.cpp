// SPDX-License-Identifier: MIT
#include "daemon/devices.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "base/mapped_region.hpp"
#include "daemon/loop.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;
// For drivers on a loaded machine; clients are welcomed meanwhile.
constexpr uint64_t kPatienceNs = 45 * kSecondNs;
constexpr size_t kMostBytes = 1 << 20;
constexpr size_t kMostDevices = 64;

using nlohmann::json;

Devices cores_only(const std::string& problem) {
  log(LogLevel::kWarning, "devices could not be listed, only the cores are used: %s",
      problem.c_str());
  const json choice = {{"device", "cpu"}, {"reason", "the devices could not be listed"}};
  json list = {{"devices", {{{"id", "cpu"}, {"name", "cores"}}}},
               {"auto", choice},
               {"selectors", {{"cpu", choice}}},
               {"vulkan_problem", problem}};
  for (const char* member : {"driver", "drm_node"}) list["devices"][0][member] = "";
  for (const char* member : {"memory_bytes", "threads"}) list["devices"][0][member] = 0u;
  list["devices"][0]["is_hardware"] = false;
  list["auto"]["tries"] = json::array({"cpu"});
  return {.json = list.dump(), .ids = {"cpu"}, .automatic = 1};
}

}  // namespace

Result<Devices> parse_devices(const std::string& text) {
  const Error wrong = make_error(
      EPROTO,
      "devices: must be JSON with \"devices\", each with an \"id\", and with the id of one "
      "of them as \"device\" of \"auto\"");
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("devices") || !parsed["devices"].is_array())
    return wrong;
  Devices devices;
  for (const json& device : parsed["devices"]) {
    if (!device.is_object() || !device.contains("id") || !device["id"].is_string()) return wrong;
    devices.ids.push_back(device["id"]);
  }
  if (devices.ids.empty() || devices.ids.size() > kMostDevices) return wrong;
  const json choice = parsed.value("auto", json::object());
  if (!choice.is_object() || !choice.contains("device") || !choice["device"].is_string())
    return wrong;
  const auto automatic = std::ranges::find(devices.ids, choice["device"].get<std::string>());
  if (automatic == devices.ids.end()) return wrong;
  devices.automatic = static_cast<uint32_t>(automatic - devices.ids.begin()) + 1;
  devices.json = parsed.dump(-1, ' ', false, json::error_handler_t::replace);
  return devices;
}

Result<DeviceListing> DeviceListing::start(const std::string& program, bool only_cores) {
  UniqueFd out(memfd_create("devices", MFD_CLOEXEC));
  if (!out) return make_error(errno, "devices: no memory file: %s", std::strerror(errno));
  std::vector<std::string> arguments = {"--list-devices"};
  if (only_cores) arguments.emplace_back("cpu");
  Child child = GN_TRY(Child::start(program, arguments, {{out.get(), STDOUT_FILENO}}));
  return DeviceListing(std::move(child), std::move(out), now_ns() + kPatienceNs);
}

// The list's text, where the child has ended by itself and well.
Result<std::string> DeviceListing::output(bool has_ended) {
  if (!has_ended) child_.kill();
  const std::string how = child_.reap();
  if (!has_ended)
    return make_error(ETIME, "the worker took more than %llu s to list them",
                      static_cast<unsigned long long>(kPatienceNs / kSecondNs));
  if (how != "ended with status 0") return make_error(EIO, "the worker %s", how.c_str());
  lseek(out_.get(), 0, SEEK_SET);
  const MappedRegion text =
      GN_TRY(MappedRegion::copy_descriptor(out_.get(), "the worker's list", kMostBytes));
  return std::string(reinterpret_cast<const char*>(text.bytes().data()), text.bytes().size());
}

Devices DeviceListing::take(bool has_ended) {
  Result<std::string> text = output(has_ended);
  if (!text) return cores_only(text.error().message);
  Result<Devices> devices = parse_devices(*text);
  return devices ? std::move(*devices) : cores_only(devices.error().message);
}

}  // namespace geoneuron::daemon
