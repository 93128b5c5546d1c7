// SPDX-License-Identifier: MIT
// ViewParameter: what a user may set of a view; ViewParameters: the values of one request, checked
// and completed with defaults. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::views {

struct ViewParameter {
  enum class Kind : uint8_t { kChoice, kInteger, kNumber, kText };

  static ViewParameter choice(std::string name, std::string fallback,
                              std::vector<std::string> choices, std::string description);
  // A whole number in [minimum, maximum], or one of `words`.
  static ViewParameter integer(std::string name, std::string fallback, int64_t minimum,
                               int64_t maximum, std::string description,
                               std::vector<std::string> words = {});
  // A finite number in [minimum, maximum], or one of `words`.
  static ViewParameter number(std::string name, std::string fallback, double minimum,
                              double maximum, std::string description,
                              std::vector<std::string> words = {});
  static ViewParameter text(std::string name, std::string fallback, std::string description);

  std::string name;
  Kind kind = Kind::kText;
  std::string fallback;  // the value where the request gives none; passes check()
  // kChoice: the values; kInteger, kNumber: words allowed beside numbers.
  std::vector<std::string> words;
  double minimum = 0, maximum = 0;  // kInteger, kNumber
  std::string description;

  // What may be given, for people: "map, layer or model"; "auto or 1 to 64"; "any text".
  std::string allowed() const;
  // EINVAL with parameter, value and what is allowed.
  Result<void> check(const std::string& value) const;
};

class ViewParameters {
 public:
  // Checks `given` against `known` and fills in defaults. EINVAL: an unknown name (with the nearest
  // ones), or a value that its parameter does not allow.
  static Result<ViewParameters> parse(std::span<const ViewParameter> known,
                                      const std::map<std::string, std::string>& given);

  // The parameter must be among `known` (asserted).
  const std::string& text(const std::string& name) const;
  bool is(const std::string& name, std::string_view word) const { return text(name) == word; }
  // Nothing where the value is one of the parameter's words, such as "auto".
  std::optional<int64_t> integer(const std::string& name) const;
  std::optional<double> number(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace geoneuron::views
