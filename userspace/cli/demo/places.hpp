// SPDX-License-Identifier: MIT
// Places: where the demo finds its networks and puts its pictures. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::cli::demo {

// Where `folder` of the project may be: in the working directory, in the tree that this program was
// built in (as build/PRESET/bin/PROGRAM), and in the sources that it was built from.
std::vector<std::string> places_of(const std::string& folder);

// The first of `folders` that holds `file`. ENOENT with all of them.
Result<std::string> folder_with(const std::string& file, const std::vector<std::string>& folders);

// A folder that is made, with those above it, where it is missing. What was made is removed again,
// with everything in it, unless it is kept: a demo that fails leaves nothing. Move-only.
class MadeFolder {
 public:
  static Result<MadeFolder> make(const std::string& path);

  MadeFolder(MadeFolder&& other) noexcept;
  MadeFolder& operator=(MadeFolder&&) = delete;
  ~MadeFolder();

  void keep() { made_.clear(); }

 private:
  explicit MadeFolder(std::string made) : made_(std::move(made)) {}

  std::string made_;  // the uppermost folder that was missing; "" for none
};

}  // namespace geoneuron::cli::demo
