// SPDX-License-Identifier: MIT
#include "cli/load/load_plan.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/nearest_names.hpp"
#include "base/text.hpp"

namespace geoneuron::cli::load {
namespace {

using nlohmann::json;

constexpr uint32_t kMostClients = 256;
constexpr uint32_t kMostInFlight = 1024;
constexpr uint32_t kMostExtent = 8192;
constexpr double kMostRate = 1e6;
constexpr double kMostSeconds = 86'400;
constexpr size_t kMostEntries = 1000;

const std::vector<std::string> kMembers = {
    "name",   "clients", "class", "do",      "width",     "height",      "model",    "view",
    "tensor", "rate",    "count", "seconds", "in_flight", "deadline_ms", "drop_late"};
const std::vector<std::string> kKinds = {"nop", "heatmap", "perceive"};

// One entry of the list, read member by member; its errors name the place.
class Entry {
 public:
  Entry(const json& object, size_t number)
      : object_(object), place_("entry " + std::to_string(number)) {}

  Error wrong(const std::string& member, const std::string& what) const {
    return invalid("%s: %s: %s", place_.c_str(), member.c_str(), what.c_str());
  }
  bool has(const char* member) const { return object_.contains(member); }

  Result<void> check_members() const {
    for (const auto& [name, value] : object_.items())
      if (std::ranges::find(kMembers, name) == kMembers.end())
        return wrong(name, "is no member of an entry" + did_you_mean(name, kMembers));
    return {};
  }

  Result<void> text(const char* member, std::string& target) const {
    if (!has(member)) return {};
    if (!object_[member].is_string() || object_[member].get_ref<const std::string&>().empty())
      return wrong(member, "must be a text that is not empty");
    target = object_[member];
    return {};
  }

  Result<void> number(const char* member, double least, double most, double& target) const {
    if (!has(member)) return {};
    const double value = object_[member].is_number() ? object_[member].get<double>() : NAN;
    if (!(value >= least && value <= most))
      return wrong(member, object_[member].dump() + " must be a number from " +
                               number_text(least, 6) + " to " + number_text(most, 9));
    target = value;
    return {};
  }

  template <typename Whole>
  Result<void> whole(const char* member, uint64_t least, uint64_t most, Whole& target) const {
    if (!has(member)) return {};
    const json& value = object_[member];
    if (!value.is_number_unsigned() || value.get<uint64_t>() < least ||
        value.get<uint64_t>() > most)
      return wrong(member, value.dump() + " must be a whole number from " + std::to_string(least) +
                               " to " + std::to_string(most));
    target = static_cast<Whole>(value.get<uint64_t>());
    return {};
  }

  Result<void> flag(const char* member, bool& target) const {
    if (!has(member)) return {};
    if (!object_[member].is_boolean()) return wrong(member, "must be true or false");
    target = object_[member];
    return {};
  }

  // The index of the word among `words`.
  Result<void> word(const char* member, const std::vector<std::string>& words,
                    size_t& target) const {
    std::string text_value = words[target];
    GN_TRY(text(member, text_value));
    const auto found = std::ranges::find(words, text_value);
    if (found == words.end())
      return wrong(member, "'" + text_value + "' must be " + joined(words, ", ", " or ") +
                               did_you_mean(text_value, words));
    target = static_cast<size_t>(found - words.begin());
    return {};
  }

 private:
  const json& object_;
  std::string place_;
};

// What goes together, and what does not.
Result<void> check_together(const Entry& entry, const LoadPlan& plan) {
  if (plan.count == 0 && plan.seconds == 0)
    return entry.wrong("count", "is missing; give count, seconds or both");
  const bool perceives = plan.kind == JobKind::kPerceive;
  for (const char* member : {"model", "view", "tensor"})
    if (entry.has(member) && !perceives)
      return entry.wrong(member, "goes only with \"do\": \"perceive\"");
  if (perceives && plan.model.empty())
    return entry.wrong("model", "is missing; name the network, an .onnx file");
  if (plan.view.empty() != plan.tensor.empty())
    return entry.wrong("view", "goes with tensor: give both or none");
  for (const char* member : {"width", "height"})
    if (entry.has(member) && plan.kind != JobKind::kHeatmap)
      return entry.wrong(member, "goes only with \"do\": \"heatmap\"");
  if (plan.drop_late && plan.deadline_ns == 0)
    return entry.wrong("drop_late", "goes with deadline_ms, which is missing");
  return {};
}

Result<LoadPlan> parse_entry(const Entry& entry, uint32_t usual_clients) {
  LoadPlan plan;
  plan.clients = usual_clients;
  size_t kind = static_cast<size_t>(JobKind::kHeatmap), its_class = plan.priority_class;
  double deadline_ms = 0;
  GN_TRY(entry.check_members());
  GN_TRY(entry.text("name", plan.name));
  GN_TRY(entry.whole("clients", 1, kMostClients, plan.clients));
  GN_TRY(entry.word("class", {std::begin(kClassNames), std::end(kClassNames)}, its_class));
  GN_TRY(entry.word("do", kKinds, kind));
  GN_TRY(entry.whole("width", 1, kMostExtent, plan.width));
  GN_TRY(entry.whole("height", 1, kMostExtent, plan.height));
  GN_TRY(entry.text("model", plan.model));
  GN_TRY(entry.text("view", plan.view));
  GN_TRY(entry.text("tensor", plan.tensor));
  GN_TRY(entry.number("rate", 0.001, kMostRate, plan.rate));
  GN_TRY(entry.whole("count", 1, UINT32_MAX, plan.count));
  GN_TRY(entry.number("seconds", 0.001, kMostSeconds, plan.seconds));
  // A stream must not wait for the one before; it fills what places there are.
  plan.in_flight = plan.rate > 0 ? 16 : 1;
  GN_TRY(entry.whole("in_flight", 1, kMostInFlight, plan.in_flight));
  GN_TRY(entry.number("deadline_ms", 0.001, kMostSeconds * 1000, deadline_ms));
  GN_TRY(entry.flag("drop_late", plan.drop_late));
  plan.kind = static_cast<JobKind>(kind);
  plan.priority_class = static_cast<uint32_t>(its_class);
  plan.deadline_ns = static_cast<uint64_t>(deadline_ms * 1e6);
  if (plan.name.empty()) plan.name = kKinds[kind];
  GN_TRY(check_together(entry, plan));
  return plan;
}

// "line 3, column 7: ..." from the byte that the parser stopped at.
Error syntax_error(const std::string& text, const json::parse_error& error) {
  const size_t byte = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
  const auto before = std::string_view(text).substr(0, byte);
  const auto line = 1 + std::ranges::count(before, '\n');
  const size_t line_start = before.rfind('\n');
  const size_t column = byte - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
  return invalid(
      "line %td, column %zu: is no JSON here; must be a list of entries such as "
      "[{\"do\": \"heatmap\", \"count\": 100}]",
      line, column);
}

}  // namespace

Result<std::vector<LoadPlan>> parse_plans(const std::string& text, uint32_t usual_clients) {
  json list;
  try {
    list = json::parse(text);
  } catch (const json::parse_error& error) {
    return syntax_error(text, error);
  } catch (const json::exception&) {
    return invalid("holds a number that no computer can; must be a list of entries");
  }
  if (!list.is_array() || list.empty() || list.size() > kMostEntries)
    return invalid(
        "must be a list of 1 to %zu entries such as "
        "[{\"do\": \"heatmap\", \"count\": 100}]",
        kMostEntries);
  std::vector<LoadPlan> plans;
  uint64_t clients = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object())
      return invalid("entry %zu: must be an object such as {\"do\": \"heatmap\", \"count\": 100}",
                     i + 1);
    plans.push_back(GN_TRY(parse_entry(Entry(list[i], i + 1), usual_clients)));
    clients += plans.back().clients;
  }
  if (clients > kMostClients)
    return invalid("all entries together have %llu clients; at most %u",
                   static_cast<unsigned long long>(clients), kMostClients);
  return plans;
}

}  // namespace geoneuron::cli::load
