// SPDX-License-Identifier: MIT
#include "views/parallel.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

namespace geoneuron::views {

uint32_t part_count(uint64_t count, uint64_t grain) {
  // Asked once: it takes several system calls, longer than a small picture does.
  static const uint64_t cores = std::max(1u, std::thread::hardware_concurrency());
  return static_cast<uint32_t>(
      std::clamp<uint64_t>(count / std::max<uint64_t>(grain, 1), 1, cores));
}

void parallel_for(uint64_t count, uint64_t grain,
                  const std::function<void(uint64_t, uint64_t, uint32_t)>& body) {
  const uint32_t parts = part_count(count, grain);
  const auto begin_of = [&](uint32_t part) {
    return count / parts * part + std::min<uint64_t>(part, count % parts);
  };
  std::vector<std::jthread> threads;
  for (uint32_t part = 1; part < parts; ++part) {
    const auto work = [&, part] { body(begin_of(part), begin_of(part + 1), part); };
    try {
      threads.emplace_back(work);
    } catch (const std::system_error&) {
      work();
    }
  }
  body(0, begin_of(1), 0);
}

}  // namespace geoneuron::views
