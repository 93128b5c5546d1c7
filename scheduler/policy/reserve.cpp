// SPDX-License-Identifier: MIT
#include "policy/reserve.hpp"

#include <algorithm>

namespace geoneuron::policy {

void Reserve::sent_ahead(Class its_class, uint64_t predicted_ns) {
  owed_ns_[index(its_class)] -= static_cast<double>(predicted_ns);
}

void Reserve::ended(Class its_class, uint64_t measured_ns, uint64_t predicted_ns) {
  const auto measured = static_cast<double>(measured_ns);
  for (double& owed : owed_ns_) owed += part_ * measured;
  double& owed = owed_ns_[index(its_class)];
  if (predicted_ns > 0)
    owed -= measured - static_cast<double>(predicted_ns);
  else
    owed = std::max(owed - measured, std::min(owed, -part_ * kMemory_ns));
}

void Reserve::nothing_waits(Class its_class) {
  double& owed = owed_ns_[index(its_class)];
  owed = std::min(owed, 0.0);
}

}  // namespace geoneuron::policy
