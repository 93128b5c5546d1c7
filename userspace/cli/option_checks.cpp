// SPDX-License-Identifier: MIT
#include "cli/option_checks.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/nearest_names.hpp"
#include "base/text.hpp"
#include "cli/input_options.hpp"

namespace geoneuron::cli {
namespace {

std::string quoted(const std::string& text) {
  return "'" + text + "' ";
}

}  // namespace

std::string check_device(const std::string& text) {
  const bool numbered = text.starts_with("vulkan:") && text.size() > 7 && text.size() < 12 &&
                        text.find_first_not_of("0123456789", 7) == std::string::npos;
  if (numbered || text == "auto" || text == "cpu" || text == "vulkan" || text == "lavapipe")
    return "";
  return quoted(text) + "must be auto, cpu, vulkan, vulkan:N or lavapipe";
}

std::string check_finite(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool is_number = end != text.c_str() && *end == '\0' && std::isfinite(value);
  return is_number ? "" : quoted(text) + "must be a finite number";
}

std::string check_divisor(const std::string& text) {
  if (std::string wrong = check_finite(text); !wrong.empty()) return wrong;
  if (std::strtod(text.c_str(), nullptr) != 0) return "";
  return quoted(text) + "must not be 0, for pixels are divided by it";
}

std::string check_whole_number(const std::string& text, uint64_t low, uint64_t high) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end && number >= low && number <= high) return "";
  return quoted(text) + "must be a whole number from " + std::to_string(low) + " to " +
         std::to_string(high);
}

std::string check_word(const std::string& text, const std::vector<std::string>& words) {
  if (std::ranges::find(words, text) != words.end()) return "";
  return quoted(text) + "must be " + joined(words, ", ", " or ") + did_you_mean(text, words);
}

std::string check_trace_file(const std::string& text) {
  if (!text.empty() && text != "-") return "";
  return quoted(text) + "must be a file's name; standard output has the result";
}

std::string check_folder(const std::string& text) {
  if (!text.empty() && text != "-") return "";
  return quoted(text) + "must be a folder's name; tensors are not written to standard output";
}

std::string check_socket(const std::string& text) {
  return text.empty() ? quoted(text) + "must be the path of a daemon's socket" : "";
}

// A '=' after a '/' is part of a file's name.
std::string check_input(const std::string& text) {
  const bool has_name = text.find('=') < text.find('/');
  if (!text.empty() && (!has_name || !text.ends_with('='))) return "";
  return quoted(text) + "must name a .npy, PNG or JPEG file: [NAME=]FILE";
}

// Extents hold no '=', so that whatever precedes the last one is a name.
std::string check_shape(const std::string& text) {
  const auto shape = parse_extents(text.substr(text.rfind('=') + 1));
  return shape ? "" : shape.error().message;
}

}  // namespace geoneuron::cli
