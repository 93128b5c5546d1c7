// SPDX-License-Identifier: MIT
// NumberReader: a text file of whole numbers and words between white space; what follows '#' on a
// line is a comment. Errors name the file, the line and what must be there. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace geoneuron::simulator {

class NumberReader {
 public:
  // Errors: those of read_file, for at most 64 MiB.
  static Result<NumberReader> open(const std::string& path);

  // The next number, which must be in [least, most]. `what` names it in errors: "a time".
  Result<int64_t> number(const char* what, int64_t least, int64_t most);
  // The next word, as it is; "" at the end.
  std::string word();
  // Nothing may follow.
  Result<void> end();
  // An error at the word that was read last.
  Error wrong(const std::string& what_and_what_would_be_right) const;

 private:
  NumberReader(std::string path, std::string text)
      : path_(std::move(path)), text_(std::move(text)) {}

  std::string path_, text_;
  size_t position_ = 0;
  int line_ = 1;
};

}  // namespace geoneuron::simulator
