// SPDX-License-Identifier: MIT
// Attributes: the named constants of a node. A plain value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::perception {

using Attribute = std::variant<int64_t, float, std::string, std::vector<int64_t>,
                               std::vector<float>, std::vector<std::string>>;

class Attributes {
 public:
  void set(std::string name, Attribute value) {
    map_.insert_or_assign(std::move(name), std::move(value));
  }
  bool has(const std::string& name) const { return map_.contains(name); }
  void erase(const std::string& name) { map_.erase(name); }

  // The attribute's value, or `fallback` where the node has none. The importer has checked types:
  // asking for another type than the attribute has is our bug (asserted).
  int64_t integer(const std::string& name, int64_t fallback) const;
  float number(const std::string& name, float fallback) const;
  std::string text(const std::string& name, const std::string& fallback) const;
  std::vector<int64_t> integers(const std::string& name, std::vector<int64_t> fallback = {}) const;
  std::vector<float> numbers(const std::string& name, std::vector<float> fallback = {}) const;

  const std::map<std::string, Attribute>& all() const { return map_; }

 private:
  std::map<std::string, Attribute> map_;
};

}  // namespace geoneuron::perception
