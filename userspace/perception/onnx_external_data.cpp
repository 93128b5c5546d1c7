// SPDX-License-Identifier: MIT
#include "perception/onnx_external_data.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "base/unique_fd.hpp"

namespace geoneuron::perception {
namespace {

Result<std::vector<std::string>> parts_of(const std::string& location) {
  if (location.empty()) return invalid("external data: location is empty; must be a file name");
  if (location.find('\0') != std::string::npos)
    return invalid("external data: location holds a zero byte; must be a file name");
  const char* text = location.c_str();
  if (location.front() == '/')
    return invalid("external data %s: is absolute; must lie in the model's folder", text);
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= location.size();) {
    const size_t end = std::min(location.find('/', begin), location.size());
    parts.push_back(location.substr(begin, end - begin));
    begin = end + 1;
    if (parts.back().empty() || parts.back() == "." || parts.back() == "..")
      return invalid("external data %s: must be a path without empty, \".\" and \"..\" parts",
                     text);
    if (parts.size() > ExternalData::kMaximumPathParts)
      return invalid("external data %s: has more than %zu parts", text,
                     ExternalData::kMaximumPathParts);
  }
  return parts;
}

Error open_error(const std::string& location) {
  const int code = errno;
  // O_NOFOLLOW gives ELOOP for a link, and ENOTDIR where a folder was asked for.
  if (code == ELOOP || code == ENOTDIR)
    return invalid(
        "external data %s: is or passes a symbolic link or a file; must be a regular "
        "file below real folders",
        location.c_str());
  return make_error(code, "external data %s: %s", location.c_str(), std::strerror(code));
}

// Opens part by part and never follows a link, so that nothing outside the folder is reached, even
// when somebody swaps a folder for a link meanwhile.
Result<UniqueFd> walk(const std::string& folder, const std::vector<std::string>& parts,
                      const std::string& location) {
  UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return make_error(errno, "%s: %s", folder.c_str(), std::strerror(errno));
  for (size_t i = 0; i < parts.size(); ++i) {
    const int kind = i + 1 < parts.size() ? O_DIRECTORY : O_NONBLOCK;
    UniqueFd next(openat(fd.get(), parts[i].c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
    if (!next) return open_error(location);
    fd = std::move(next);
  }
  return fd;
}

}  // namespace

Result<std::shared_ptr<MappedRegion>> ExternalData::open(const std::string& location) {
  const auto found = files_.find(location);
  if (found != files_.end()) return found->second;
  if (folder_.empty())
    return invalid(
        "external data %s: is not allowed for a model without a folder, "
        "unless it is given by that name",
        location.c_str());
  if (files_.size() >= kMaximumFiles)
    return invalid("external data %s: is in more than %zu files", location.c_str(), kMaximumFiles);
  const auto parts = GN_TRY(parts_of(location));
  const UniqueFd fd = GN_TRY(walk(folder_, parts, location));
  auto region = std::make_shared<MappedRegion>(
      GN_TRY(MappedRegion::copy_descriptor(fd.get(), "external data " + location, kMaximumBytes)));
  files_.emplace(location, region);
  return region;
}

Result<ExternalBytes> ExternalData::range(const std::string& location, uint64_t offset,
                                          uint64_t length) {
  const auto region = GN_TRY(open(location));
  const auto bytes = region->bytes();
  if (offset > bytes.size() || length > bytes.size() - offset)
    return invalid("external data %s: has %zu bytes, but %llu from offset %llu are asked for",
                   location.c_str(), bytes.size(), static_cast<unsigned long long>(length),
                   static_cast<unsigned long long>(offset));
  used_.push_back({bytes.subspan(offset, length), region});
  return used_.back();
}

}  // namespace geoneuron::perception
