// SPDX-License-Identifier: MIT
// Places: where the demo finds its networks. Thread-safe.
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

}  // namespace geoneuron::cli::demo
