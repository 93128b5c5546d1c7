// SPDX-License-Identifier: MIT
// ParallelProcessingUnit: a device that computes plans: the machine's cores, or one Vulkan device.
// One thread at a time per unit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/memory_manager.hpp"
#include "engine/profiler.hpp"
#include "perception/plan.hpp"

namespace geoneuron::engine {

struct DeviceDescription {
  std::string id;             // "cpu", "vulkan:0"
  std::string name;           // "llvmpipe (LLVM 15.0.6, 256 bits)"
  std::string driver;         // name and version of the driver
  std::string drm_node;       // "/dev/dri/renderD128"; "" where there is none
  uint64_t memory_bytes = 0;  // of the heap that tensors live in
  bool is_hardware = false;   // false for the CPU and for software Vulkan
  uint32_t threads = 0;       // CPU: cores used; Vulkan: 0
};

// Where and how long each step of a run was computed; times by the device's own clock.
struct StepReport {
  perception::NodeId node;
  std::string where;      // "cpu" or the device's id
  std::string algorithm;  // "dnnl", "loop", "direct16", ...
  uint64_t begin_ns = 0;  // CLOCK_MONOTONIC
  uint64_t duration_ns = 0;
};

struct RunReport {
  std::vector<StepReport> steps;
};

// Called with each kept tensor as soon as it is on the host, in order of production; once for a
// tensor that is both kept and a boundary. The callee may hold on to it: nobody writes to its bytes
// afterwards, so a slice of an arena must be copied first.
using KeepTensor =
    std::function<Result<void>(perception::ValueId id, const perception::Tensor& tensor)>;

// A plan that was made ready for one unit: weights uploaded and packed, pipelines compiled, arena
// reserved. Must not outlive its unit.
class Program {
 public:
  virtual ~Program() = default;
  // Runs the plan. `inputs` holds every value in plan.inputs. Kept and boundary tensors go to
  // `keep`. Errors: ENOMEM, ENODEV when the device is lost, what `keep` returned.
  virtual Result<RunReport> compute(const std::map<perception::ValueId, perception::Tensor>& inputs,
                                    const KeepTensor& keep) = 0;
};

class ParallelProcessingUnit {
 public:
  virtual ~ParallelProcessingUnit() = default;
  virtual const DeviceDescription& description() const = 0;
  virtual perception::PlanTarget target() const = 0;
  // Everything that the program allocates (arena blocks, weights, staging; when it runs, copies of
  // tensors on the host) is first asked of `memory`, which outlives it. Errors: ENOMEM, ENODEV.
  virtual Result<std::unique_ptr<Program>> prepare(std::shared_ptr<const perception::Plan> plan,
                                                   MemoryManager& memory) = 0;
};

}  // namespace geoneuron::engine
