// SPDX-License-Identifier: MIT
#include "engine/cpu/cpu_unit.hpp"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <unistd.h>

#include <fstream>

#include "engine/cpu/cpu_program.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/program_needs.hpp"

namespace geoneuron::engine {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const size_t colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "CPU";
}

std::string driver_name() {
  const dnnl_version_t* version = dnnl_version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

uint64_t memory_bytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(page) : 0;
}

}  // namespace

Result<std::unique_ptr<CpuUnit>> CpuUnit::create(uint32_t threads) {
  if (threads > kMaximumThreads)
    return invalid("threads %u: must be at most %u, or 0 for all cores", threads, kMaximumThreads);
  DeviceDescription description;
  description.id = "cpu";
  description.name = processor_name();
  description.driver = driver_name();
  description.memory_bytes = memory_bytes();
  description.threads = threads != 0 ? threads : static_cast<uint32_t>(omp_get_num_procs());
  return std::unique_ptr<CpuUnit>(new CpuUnit(std::move(description)));
}

perception::PlanTarget CpuUnit::target() const {
  perception::PlanTarget target;
  target.alignment_bytes = perception::Tensor::kAlignmentBytes;
  target.runs_on_device = [](const perception::Node&, std::span<const perception::Operand>,
                             std::span<const perception::TensorInfo>) { return true; };
  target.program_bytes = [threads = description_.threads](const perception::Plan& plan) {
    const cpu::ThreadScope scope(static_cast<int>(threads));
    const Result<cpu::ProgramNeeds> needs = cpu::needs_of(plan);
    return needs.has_value() ? Result<uint64_t>(plan.constant_bytes + needs->total_bytes())
                             : Result<uint64_t>(needs.error());
  };
  return target;
}

Result<std::unique_ptr<Program>> CpuUnit::prepare(std::shared_ptr<const perception::Plan> plan,
                                                  MemoryManager& memory) {
  auto program =
      GN_TRY(CpuProgram::create(std::move(plan), memory, static_cast<int>(description_.threads)));
  return std::unique_ptr<Program>(std::move(program));
}

}  // namespace geoneuron::engine
