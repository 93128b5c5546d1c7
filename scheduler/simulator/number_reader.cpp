// SPDX-License-Identifier: MIT
#include "simulator/number_reader.hpp"

#include <charconv>
#include <utility>

#include "base/file.hpp"

namespace geoneuron::simulator {
namespace {

constexpr size_t kLargestFile_bytes = size_t{64} << 20;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string shown(const std::string& word) {
  return word.size() <= 24 ? word : word.substr(0, 24) + "...";
}

}  // namespace

Result<NumberReader> NumberReader::open(const std::string& path) {
  const auto bytes = GN_TRY(read_file(path, kLargestFile_bytes));
  return NumberReader(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string NumberReader::word() {
  for (; position_ < text_.size(); ++position_) {
    if (text_[position_] == '#')
      position_ = std::min(text_.find('\n', position_), text_.size() - 1);
    if (text_[position_] == '\n')
      ++line_;
    else if (!is_space(text_[position_]) && text_[position_] != '#')
      break;
  }
  const size_t first = position_;
  while (position_ < text_.size() && !is_space(text_[position_]) && text_[position_] != '#')
    ++position_;
  return text_.substr(first, position_ - first);
}

Result<int64_t> NumberReader::number(const char* what, int64_t least, int64_t most) {
  const std::string text = word();
  const std::string expected = std::string(what) + " from " + std::to_string(least) + " to " +
                               std::to_string(most) + " must be there";
  if (text.empty()) return wrong("the file ends, where " + expected);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return wrong("'" + shown(text) + "', where " + expected);
  return value;
}

Result<void> NumberReader::end() {
  const std::string text = word();
  if (text.empty()) return {};
  return wrong("'" + shown(text) + "', where the file must end");
}

Error NumberReader::wrong(const std::string& what_and_what_would_be_right) const {
  return invalid("%s: line %d: %s", path_.c_str(), line_, what_and_what_would_be_right.c_str());
}

}  // namespace geoneuron::simulator
