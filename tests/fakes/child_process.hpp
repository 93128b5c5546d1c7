// SPDX-License-Identifier: MIT
// Runs a program to its end and collects what it wrote, for end-to-end tests.
#pragma once

#include <string>
#include <vector>

namespace geoneuron {

struct ChildResult {
  int status =
      -1;  // exit status; 128 + signal where one ended it; -1 where it could not be started
  std::string out;
  std::string err;
};

// Runs `program` with `arguments`, standard input empty, in the folder `cwd` ("" = this one). A
// child that takes longer than a minute is killed: nothing that tests run should.
ChildResult run_child(const std::string& program, const std::vector<std::string>& arguments,
                      const std::string& cwd = "");

}  // namespace geoneuron
