// SPDX-License-Identifier: MIT
#include "views/parameters.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>

#include "base/nearest_names.hpp"
#include "base/text.hpp"

namespace geoneuron::views {
namespace {

// The whole of `text` as a number; from_chars does not depend on the locale.
template <typename T>
std::optional<T> parsed(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr int kDigits = 10;  // of a limit

std::string alternatives(const std::vector<std::string>& words) {
  return joined(words, ", ", " or ");
}

ViewParameter make(ViewParameter::Kind kind, std::string name, std::string fallback,
                   std::vector<std::string> words, std::string description) {
  ViewParameter parameter;
  parameter.kind = kind;
  parameter.name = std::move(name);
  parameter.fallback = std::move(fallback);
  parameter.words = std::move(words);
  parameter.description = std::move(description);
  return parameter;
}

}  // namespace

ViewParameter ViewParameter::choice(std::string name, std::string fallback,
                                    std::vector<std::string> choices, std::string description) {
  return make(Kind::kChoice, std::move(name), std::move(fallback), std::move(choices),
              std::move(description));
}

ViewParameter ViewParameter::integer(std::string name, std::string fallback, int64_t minimum,
                                     int64_t maximum, std::string description,
                                     std::vector<std::string> words) {
  ViewParameter parameter = make(Kind::kInteger, std::move(name), std::move(fallback),
                                 std::move(words), std::move(description));
  parameter.minimum = static_cast<double>(minimum);
  parameter.maximum = static_cast<double>(maximum);
  return parameter;
}

ViewParameter ViewParameter::number(std::string name, std::string fallback, double minimum,
                                    double maximum, std::string description,
                                    std::vector<std::string> words) {
  ViewParameter parameter = make(Kind::kNumber, std::move(name), std::move(fallback),
                                 std::move(words), std::move(description));
  parameter.minimum = minimum;
  parameter.maximum = maximum;
  return parameter;
}

ViewParameter ViewParameter::text(std::string name, std::string fallback, std::string description) {
  return make(Kind::kText, std::move(name), std::move(fallback), {}, std::move(description));
}

std::string ViewParameter::allowed() const {
  switch (kind) {
    case Kind::kChoice:
      return alternatives(words);
    case Kind::kText:
      return "any text";
    case Kind::kInteger:
    case Kind::kNumber:
      break;
  }
  std::string text = alternatives(words);
  if (!text.empty()) text += " or ";
  text += kind == Kind::kInteger ? "a whole number from " : "a number from ";
  return text + number_text(minimum, kDigits) + " to " + number_text(maximum, kDigits);
}

Result<void> ViewParameter::check(const std::string& value) const {
  if (kind == Kind::kText || contains(words, value)) return {};
  std::optional<double> number;
  if (kind == Kind::kNumber) number = parsed<double>(value);
  if (kind == Kind::kInteger) {
    if (const auto integer = parsed<int64_t>(value)) number = static_cast<double>(*integer);
  }
  if (number && std::isfinite(*number) && *number >= minimum && *number <= maximum) return {};
  return invalid("parameter %s: \"%s\": must be %s%s", name.c_str(), value.c_str(),
                 allowed().c_str(), did_you_mean(value, words).c_str());
}

Result<ViewParameters> ViewParameters::parse(std::span<const ViewParameter> known,
                                             const std::map<std::string, std::string>& given) {
  ViewParameters result;
  std::vector<std::string> names;
  for (const ViewParameter& parameter : known) {
    assert(parameter.check(parameter.fallback));
    names.push_back(parameter.name);
    result.values_[parameter.name] = parameter.fallback;
  }
  for (const auto& [name, value] : given) {
    const auto parameter = std::ranges::find(known, name, &ViewParameter::name);
    if (parameter == known.end())
      return invalid("parameter %s: unknown; must be one of %s%s", name.c_str(),
                     alternatives(names).c_str(), did_you_mean(name, names).c_str());
    if (auto checked = parameter->check(value); !checked) return checked.error();
    result.values_[name] = value;
  }
  return result;
}

const std::string& ViewParameters::text(const std::string& name) const {
  const auto found = values_.find(name);
  assert(found != values_.end());
  return found->second;
}

std::optional<int64_t> ViewParameters::integer(const std::string& name) const {
  return parsed<int64_t>(text(name));
}

std::optional<double> ViewParameters::number(const std::string& name) const {
  return parsed<double>(text(name));
}

}  // namespace geoneuron::views
