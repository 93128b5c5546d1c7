// SPDX-License-Identifier: MIT
#include "views/theme.hpp"

namespace geoneuron::views {

Theme Theme::named(const std::string& name) {
  Theme theme;
  if (name == "light") {
    theme.background = {250, 250, 252, 255};
    theme.panel = {255, 255, 255, 255};
    theme.line = {208, 213, 221, 255};
    theme.text = {24, 29, 38, 255};
    theme.secondary = {92, 101, 117, 255};
    theme.accent = {44, 111, 187, 255};
    theme.highlight = {196, 78, 24, 255};
    return theme;
  }
  theme.background = {14, 17, 23, 255};
  theme.panel = {21, 26, 34, 255};
  theme.line = {52, 60, 74, 255};
  theme.text = {232, 236, 243, 255};
  theme.secondary = {150, 160, 176, 255};
  theme.accent = {86, 156, 230, 255};
  theme.highlight = {255, 170, 92, 255};
  return theme;
}

}  // namespace geoneuron::views
