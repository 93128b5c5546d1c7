// SPDX-License-Identifier: MIT
// NeuronVisualizationKernel: runs views on a device and notes in a profiler what took how long.
// One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "engine/devices.hpp"
#include "engine/profiler.hpp"
#include "views/view.hpp"

namespace geoneuron::engine {

class NeuronVisualizationKernel {
 public:
  // On the device of an opened unit: its cores, or its Vulkan device, which it then shares.
  // `profiler` may be nullptr; it outlives the kernel.
  static std::unique_ptr<NeuronVisualizationKernel> on(const OpenedUnit& opened,
                                                       Profiler* profiler);
  // On any device; `track` is its row in the trace.
  NeuronVisualizationKernel(std::unique_ptr<views::PixelDevice> device, std::string track,
                            Profiler* profiler);
  ~NeuronVisualizationKernel();

  // As views::render. Each view is a span of category "view", and so is each primitive that it
  // uses ("view.paint", ...), on the device's track; noted in `profiler` in place of the kernel's
  // own where that is not null.
  Result<views::Image> render(const std::string& view, const views::ViewRequest& request,
                              Profiler* profiler = nullptr);

  // The device, for drawings that are no view of the registry; its primitives are noted as well.
  views::PixelDevice& device();

 private:
  class TracedPixels;
  std::unique_ptr<TracedPixels> device_;
};

}  // namespace geoneuron::engine
