// SPDX-License-Identifier: MIT
// What an option's text must be, told before anything is opened: each check returns what is wrong
// with `text` in words that follow the option's name, "" for nothing. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace geoneuron::cli {

// A selector's form; whether there is such a device is found out when it is opened.
std::string check_device(const std::string& text);
// A number that is neither infinite nor NaN.
std::string check_finite(const std::string& text);
// The same, and not 0: pixels are divided by it.
std::string check_divisor(const std::string& text);
std::string check_whole_number(const std::string& text, uint64_t low, uint64_t high);
std::string check_word(const std::string& text, const std::vector<std::string>& words);
// A file for a trace, a folder for tensors: standard output has the result.
std::string check_trace_file(const std::string& text);
std::string check_folder(const std::string& text);
// A daemon's socket.
std::string check_socket(const std::string& text);
// "[NAME=]FILE", with a file.
std::string check_input(const std::string& text);
// "[NAME=]1,3,640,640"
std::string check_shape(const std::string& text);

}  // namespace geoneuron::cli
