// SPDX-License-Identifier: MIT
// ObjectReader: reads the members of one JSON object, and tells of those that nobody asked for. Not
// thread-safe.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.hpp"

namespace geoneuron::worker {

class ObjectReader {
 public:
  // `name` is what errors call the object. EINVAL: `json` is none.
  static Result<ObjectReader> of(const nlohmann::json& json, std::string name);

  bool has(const char* member) const { return json_->contains(member); }
  // EINVAL where the member is missing or of another kind. A whole number is from 0 to `maximum`.
  Result<std::string> text(const char* member);
  Result<bool> truth(const char* member);
  Result<uint64_t> number(const char* member, uint64_t maximum);
  Result<std::vector<std::string>> texts(const char* member);
  Result<std::vector<int64_t>> extents(const char* member);
  // Reads each member of an object by `read`; none where it is missing.
  Result<void> each(
      const char* member,
      const std::function<Result<void>(const std::string& key, const nlohmann::json& value)>& read);
  // The member as it is; EINVAL where it is missing.
  Result<const nlohmann::json*> member(const char* member);
  // EINVAL, with its name, where the object has a member that was not read.
  Result<void> finish() const;

 private:
  ObjectReader(const nlohmann::json& json, std::string name)
      : json_(&json), name_(std::move(name)) {}
  Error wrong(const char* member, const char* must) const;

  const nlohmann::json* json_;
  std::string name_;
  std::set<std::string, std::less<>> read_;
};

}  // namespace geoneuron::worker
