// SPDX-License-Identifier: MIT
#include "cli/tensor_places.hpp"

#include <algorithm>

namespace geoneuron::cli {

using nlohmann::ordered_json;
using perception::Tensor;

void TensorPlaces::add(const std::string& name, const perception::TensorInfo& info) {
  places_.push_back({name, info, end_});
  const uint64_t bytes = info.size_bytes() + Tensor::kAlignmentBytes - 1;
  end_ += bytes - bytes % Tensor::kAlignmentBytes;
}

ordered_json TensorPlaces::located(uint8_t slot) const {
  ordered_json json = ordered_json::object();
  for (const Place& place : places_) json[place.name] = {{"slot", slot}, {"offset", place.offset}};
  return json;
}

ordered_json TensorPlaces::described(uint8_t slot) const {
  ordered_json json = located(slot);
  for (const Place& place : places_) {
    json[place.name]["type"] = name_of(place.info.type);
    json[place.name]["shape"] = place.info.shape.extents();
  }
  return json;
}

Result<client::Buffer> TensorPlaces::make_buffer(const DaemonLink& link) const {
  return link.create_buffer(end_);
}

Result<PackedTensors> pack(const Tensors& tensors, const DaemonLink& link) {
  PackedTensors packed;
  for (const auto& [name, tensor] : tensors) packed.places.add(name, tensor.info());
  packed.buffer = GN_TRY(packed.places.make_buffer(link));
  for (const TensorPlaces::Place& place : packed.places.places()) {
    const auto bytes = tensors.at(place.name).bytes();
    std::ranges::copy(bytes, packed.buffer.bytes().begin() + static_cast<int64_t>(place.offset));
  }
  return packed;
}

}  // namespace geoneuron::cli
