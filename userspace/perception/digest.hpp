// SPDX-License-Identifier: MIT
// Digest: the identity of bytes, XXH3-128 over all that is added, in order. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace geoneuron::perception {

class Digest {
 public:
  Digest();
  ~Digest();

  void add(std::span<const std::byte> bytes);
  // 32 hex digits.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace geoneuron::perception
