// SPDX-License-Identifier: MIT
#include "simulator/flowshop_file.hpp"

#include "simulator/number_reader.hpp"

namespace geoneuron::simulator {

Result<policy::FlowShop> read_flowshop(const std::string& path) {
  NumberReader reader = GN_TRY(NumberReader::open(path));
  policy::FlowShop shop;
  shop.jobs = static_cast<uint32_t>(GN_TRY(reader.number("a number of jobs", 1, kMostShopJobs)));
  shop.machines = static_cast<uint32_t>(
      GN_TRY(reader.number("a number of machines", 1, policy::kMostMachines)));
  shop.times.resize(size_t{shop.jobs} * shop.machines);
  int64_t total = 0;
  for (uint32_t k = 0; k < shop.machines; ++k)
    for (uint32_t j = 0; j < shop.jobs; ++j) {
      const int64_t time = GN_TRY(reader.number("a time", 0, policy::kLongestShop));
      total += time;
      shop.times[size_t{j} * shop.machines + k] = static_cast<int32_t>(time);
    }
  GN_TRY(reader.end());
  if (total > policy::kLongestShop)
    return invalid("%s: its times sum up to %lld: at most %lld are allowed; use a larger unit",
                   path.c_str(), static_cast<long long>(total),
                   static_cast<long long>(policy::kLongestShop));
  return shop;
}

}  // namespace geoneuron::simulator
