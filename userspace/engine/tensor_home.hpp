// SPDX-License-Identifier: MIT
// TensorHome: the two places of tensors that stay between commands: memory of the device, and plain
// memory of the host for those that are evicted. One thread at a time, that of the device.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "engine/devices.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::engine {

class TensorHome {
 public:
  using Tensors = std::map<std::string, perception::Tensor>;

  // Of the device of an opened unit. That of the cores is the host's: there nothing is copied, as
  // both places are the same memory.
  static std::unique_ptr<TensorHome> on(const OpenedUnit& opened);
  virtual ~TensorHome() = default;

  // The same tensors there; the host can read them at either place. ENOMEM.
  virtual Result<Tensors> to_device(const Tensors& tensors) = 0;
  virtual Result<Tensors> to_host(const Tensors& tensors) = 0;
};

}  // namespace geoneuron::engine
