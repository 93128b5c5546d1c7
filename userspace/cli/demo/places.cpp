// SPDX-License-Identifier: MIT
#include "cli/demo/places.hpp"

#include <filesystem>

#include "base/surroundings.hpp"
#include "base/text.hpp"

namespace geoneuron::cli::demo {

namespace fs = std::filesystem;

std::vector<std::string> places_of(const std::string& folder) {
  std::vector<std::string> places{folder};
  const fs::path programs = program_folder();
  if (!programs.empty()) places.push_back((programs / "../../..").lexically_normal() / folder);
  places.push_back(fs::path(GEONEURON_SOURCES) / folder);
  if (places[places.size() - 2] == places.back()) places.pop_back();
  return places;
}

Result<std::string> folder_with(const std::string& file, const std::vector<std::string>& folders) {
  std::error_code ignored;
  for (const std::string& folder : folders)
    if (fs::is_regular_file(fs::path(folder) / file, ignored)) return folder;
  return make_error(ENOENT, "%s: is not in %s", file.c_str(), joined(folders, " or ").c_str());
}

}  // namespace geoneuron::cli::demo
