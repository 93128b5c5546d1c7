// SPDX-License-Identifier: MIT
#include "worker/json_reader.hpp"

#include <utility>

namespace geoneuron::worker {

using nlohmann::json;

Result<ObjectReader> ObjectReader::of(const json& value, std::string name) {
  if (!value.is_object()) return invalid("%s: must be an object", name.c_str());
  return ObjectReader(value, std::move(name));
}

Error ObjectReader::wrong(const char* member, const char* must) const {
  return invalid("%s: \"%s\" must be %s", name_.c_str(), member, must);
}

Result<const json*> ObjectReader::member(const char* member) {
  read_.insert(member);
  const auto found = json_->find(member);
  if (found == json_->end()) return wrong(member, "given");
  return &*found;
}

Result<std::string> ObjectReader::text(const char* name) {
  const json* value = GN_TRY(member(name));
  if (!value->is_string()) return wrong(name, "a text");
  return value->get<std::string>();
}

Result<bool> ObjectReader::truth(const char* name) {
  const json* value = GN_TRY(member(name));
  if (!value->is_boolean()) return wrong(name, "true or false");
  return value->get<bool>();
}

Result<uint64_t> ObjectReader::number(const char* name, uint64_t maximum) {
  const json* value = GN_TRY(member(name));
  if (!value->is_number_unsigned() || value->get<uint64_t>() > maximum)
    return wrong(name, ("a whole number from 0 to " + std::to_string(maximum)).c_str());
  return value->get<uint64_t>();
}

Result<std::vector<std::string>> ObjectReader::texts(const char* name) {
  const json* value = GN_TRY(member(name));
  if (!value->is_array()) return wrong(name, "a list of texts");
  std::vector<std::string> result;
  for (const json& entry : *value) {
    if (!entry.is_string()) return wrong(name, "a list of texts");
    result.push_back(entry.get<std::string>());
  }
  return result;
}

Result<std::vector<int64_t>> ObjectReader::extents(const char* name) {
  const json* value = GN_TRY(member(name));
  if (!value->is_array()) return wrong(name, "a list of whole numbers");
  std::vector<int64_t> result;
  for (const json& entry : *value) {
    if (!entry.is_number_unsigned() || entry.get<uint64_t>() > INT64_MAX)
      return wrong(name, "a list of whole numbers");
    result.push_back(entry.get<int64_t>());
  }
  return result;
}

Result<void> ObjectReader::each(
    const char* name,
    const std::function<Result<void>(const std::string& key, const json& value)>& read) {
  if (!has(name)) return {};
  const json* value = GN_TRY(member(name));
  if (!value->is_object()) return wrong(name, "an object");
  for (const auto& [key, entry] : value->items()) GN_TRY(read(key, entry));
  return {};
}

Result<void> ObjectReader::finish() const {
  for (const auto& [key, value] : json_->items())
    if (!read_.contains(key))
      return invalid("%s: \"%s\" is unknown here", name_.c_str(), key.c_str());
  return {};
}

}  // namespace geoneuron::worker
