// SPDX-License-Identifier: MIT
// ModelParser: has models parsed in processes of their own, which see nothing but a model's bytes.
// What comes back is checked as a stranger's. One thread at a time, which has SIGPIPE blocked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "perception/model.hpp"

namespace geoneuron::worker {

class ModelParser {
 public:
  // Starts geoneuron-parser, or what speaks as it does: before this process locks itself in. The
  // thread that calls this must not end before the parser is of no more use. Errors: those of
  // socketpair and posix_spawn.
  static Result<ModelParser> start(const std::string& program);
  // geoneuron-parser beside this program.
  static std::string beside_this_program();

  // Memory that clients may be writing to: every byte is read once, on its way into the parser.
  struct Input {
    std::span<const std::byte> model;
    std::vector<std::pair<std::string, std::span<const std::byte>>> files;  // by location

    uint64_t size_bytes() const;
  };
  // Decides whether so many bytes may come; an error of its ends the parsing.
  using Admission = std::function<Result<void>(uint64_t size_bytes)>;

  // Waits for the parser. Errors: EINVAL for bytes that are no valid model, or that the parser died
  // of; ENOTSUP; ENOMEM; ETIMEDOUT where it used up its time; what `admit` returned. EPIPE where
  // no parser can be had any more.
  Result<perception::Model> parse(const Input& input, const Admission& admit);

 private:
  explicit ModelParser(UniqueFd socket) : socket_(std::move(socket)) {}

  Result<UniqueFd> new_parser(uint64_t input_bytes);

  UniqueFd socket_;  // to the forker
};

}  // namespace geoneuron::worker
