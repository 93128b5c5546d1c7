// SPDX-License-Identifier: MIT
// The demo's web page: one static file beside its pictures, for a reader who knows nothing of the
// project. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "cli/demo/scene.hpp"

namespace geoneuron::cli::demo {

struct IndexPage {
  std::vector<Scene> scenes;
  std::vector<std::string> devices;  // "cpu: 2 cores of ..."
  std::vector<std::string> notes;    // what was skipped and why
};

// HTML without scripts or anything from a network; all text is escaped.
std::string to_html(const IndexPage& page);

}  // namespace geoneuron::cli::demo
