// SPDX-License-Identifier: MIT
#include "perception/onnx_digest.hpp"

#include <xxhash.h>

#include <cinttypes>
#include <cstdio>

namespace geoneuron::perception {
namespace {

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

std::string model_digest(std::span<const std::byte> file, const ExternalData& external) {
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  XXH3_128bits_update(state.get(), file.data(), file.size());
  for (const ExternalBytes& range : external.used())
    XXH3_128bits_update(state.get(), range.bytes.data(), range.bytes.size());
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  char text[33];
  std::snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
  return text;
}

}  // namespace geoneuron::perception
