// SPDX-License-Identifier: MIT
#include "perception/attributes.hpp"

#include <cassert>

namespace geoneuron::perception {
namespace {

template <typename T>
T find_or(const std::map<std::string, Attribute>& map, const std::string& name, T fallback) {
  const auto found = map.find(name);
  if (found == map.end()) return fallback;
  const T* value = std::get_if<T>(&found->second);
  assert(value != nullptr && "the importer checks the types of attributes");
  return *value;
}

}  // namespace

int64_t Attributes::integer(const std::string& name, int64_t fallback) const {
  return find_or(map_, name, fallback);
}

float Attributes::number(const std::string& name, float fallback) const {
  return find_or(map_, name, fallback);
}

std::string Attributes::text(const std::string& name, const std::string& fallback) const {
  return find_or(map_, name, fallback);
}

std::vector<int64_t> Attributes::integers(const std::string& name,
                                          std::vector<int64_t> fallback) const {
  return find_or(map_, name, std::move(fallback));
}

std::vector<float> Attributes::numbers(const std::string& name, std::vector<float> fallback) const {
  return find_or(map_, name, std::move(fallback));
}

}  // namespace geoneuron::perception
