// SPDX-License-Identifier: MIT
// TensorPlaces: where tensors lie in a buffer that carries them to the daemon or back. Not
// thread-safe.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/daemon_link.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::cli {

class TensorPlaces {
 public:
  void add(const std::string& name, const perception::TensorInfo& info);
  // {"x": {"slot": 0, "offset": 64, "type": "float32", "shape": [1, 3]}}
  nlohmann::ordered_json described(uint8_t slot) const;
  // {"x": {"slot": 0, "offset": 64}}
  nlohmann::ordered_json located(uint8_t slot) const;
  // A buffer for all of them; ENOMEM, EDQUOT.
  Result<client::Buffer> make_buffer(const DaemonLink& link) const;

  struct Place {
    std::string name;
    perception::TensorInfo info;
    uint64_t offset = 0;
  };
  const std::vector<Place>& places() const { return places_; }

 private:
  std::vector<Place> places_;  // in the order in which they were added
  uint64_t end_ = 0;
};

using Tensors = std::map<std::string, perception::Tensor>;

// A buffer that holds the tensors, and where.
struct PackedTensors {
  TensorPlaces places;
  client::Buffer buffer;
};
Result<PackedTensors> pack(const Tensors& tensors, const DaemonLink& link);

}  // namespace geoneuron::cli
