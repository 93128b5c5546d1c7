// SPDX-License-Identifier: MIT
#include "daemon/configuration.hpp"

#include <grp.h>
#include <linux/geoneuron.h>

#include <charconv>
#include <functional>
#include <limits>
#include <map>

#include "base/file.hpp"
#include "base/nearest_names.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr size_t kMostBytes = 1 << 16;
constexpr uint64_t kMostLeaseSeconds = GEONEURON_MAX_LEASE_NS / kSecond;

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

Result<uint64_t> number(std::string_view value, uint64_t least, uint64_t most) {
  uint64_t result = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (code != std::errc() || end != value.data() + value.size() || result < least || result > most)
    return invalid("\"%.*s\": must be a whole number from %llu to %llu",
                   static_cast<int>(value.size()), value.data(),
                   static_cast<unsigned long long>(least), static_cast<unsigned long long>(most));
  return result;
}

using Setter = std::function<Result<void>(std::string_view)>;

Setter counter(uint64_t& target, uint64_t unit = 1) {
  return [&target, unit](std::string_view value) -> Result<void> {
    target = unit * GN_TRY(number(value, 1, std::numeric_limits<int64_t>::max() / unit));
    return {};
  };
}

// Looked up here and not when a client comes: that may take a directory server.
Setter members(std::optional<gid_t>& target) {
  return [&target](std::string_view value) -> Result<void> {
    const std::string name(value);
    const group* found = getgrnam(name.c_str());
    if (found == nullptr) return invalid("\"%s\": must be a group of this machine", name.c_str());
    target = found->gr_gid;
    return {};
  };
}

std::map<std::string, Setter> setters(Configuration& result) {
  return {{"max_contexts", counter(result.quotas.contexts)},
          {"max_buffers", counter(result.quotas.buffers)},
          {"max_buffer_bytes", counter(result.quotas.buffer_bytes)},
          {"max_commands",
           [&result](std::string_view value) -> Result<void> {
             result.max_commands = static_cast<uint32_t>(GN_TRY(number(value, 1, 65536)));
             return {};
           }},
          {"kernel",
           [&result](std::string_view value) -> Result<void> {
             result.use_kernel = GN_TRY(parse_use_kernel(value));
             return {};
           }},
          {"kernel_lease_seconds",
           [&result](std::string_view value) -> Result<void> {
             result.kernel_lease_ns = kSecond * GN_TRY(number(value, 1, kMostLeaseSeconds));
             return {};
           }},
          {"devices",
           [&result](std::string_view value) -> Result<void> {
             if (value != "all" && value != "cpu")
               return invalid("\"%.*s\": must be all or cpu", static_cast<int>(value.size()),
                              value.data());
             result.cores_only = value == "cpu";
             return {};
           }},
          {"realtime_group", members(result.classes.realtime_group)},
          {"interactive_group", members(result.classes.interactive_group)},
          {"worker_bytes", counter(result.workers.memory.all)},
          {"worker_device_bytes", counter(result.workers.memory.device)},
          {"context_device_bytes", counter(result.workers.memory.context_device)},
          {"context_host_bytes", counter(result.workers.memory.context_host)},
          {"worker_patience_seconds", counter(result.workers.patience_ns, kSecond)},
          {"worker_idle_seconds", counter(result.workers.idle_ns, kSecond)},
          {"worker_stop_seconds", counter(result.workers.stop_ns, kSecond)}};
}

Result<void> take_line(std::string_view line, const std::map<std::string, Setter>& known) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return invalid("must be `name = value`");
  const std::string name(trimmed(line.substr(0, equals)));
  const auto found = known.find(name);
  if (found == known.end()) {
    std::vector<std::string> names;
    names.reserve(known.size());
    for (const auto& [each, setter] : known) names.push_back(each);
    return invalid("%s: is unknown%s", name.c_str(), did_you_mean(name, names).c_str());
  }
  return with_context(found->second(trimmed(line.substr(equals + 1))), name);
}

Result<void> take_lines(std::string_view text, const std::map<std::string, Setter>& known) {
  for (int number = 1; !text.empty(); ++number) {
    const size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (Result<void> taken = take_line(line, known); !taken)
      return taken.error().prefixed("line " + std::to_string(number));
  }
  return {};
}

Result<void> take_file(const std::string& path, bool required,
                       const std::map<std::string, Setter>& known) {
  const auto bytes = read_file(path, kMostBytes);
  if (!bytes && bytes.error().code == ENOENT && !required) return {};
  if (!bytes) return bytes.error();
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return with_context(take_lines(text, known), path);
}

}  // namespace

Result<UseKernel> parse_use_kernel(std::string_view text) {
  if (text == "auto") return UseKernel::kAuto;
  if (text == "yes") return UseKernel::kYes;
  if (text == "no") return UseKernel::kNo;
  return invalid("\"%.*s\": must be auto, yes or no", static_cast<int>(text.size()), text.data());
}

Result<Configuration> parse_configuration(std::string_view text) {
  Configuration result;
  GN_TRY(take_lines(text, setters(result)));
  return result;
}

Result<Configuration> load_configuration(const ConfigurationSource& source) {
  Configuration result;
  const std::map<std::string, Setter> known = setters(result);
  if (!source.path.empty()) GN_TRY(take_file(source.path, source.required, known));
  for (const std::string& setting : source.settings)
    GN_TRY(with_context(take_line(setting, known), "--set " + setting));
  return result;
}

}  // namespace geoneuron::daemon
