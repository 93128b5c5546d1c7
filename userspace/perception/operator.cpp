// SPDX-License-Identifier: MIT
#include "perception/operator.hpp"

#include <iterator>

namespace geoneuron::perception {
namespace {

constexpr std::string_view kNames[] = {
#define GEONEURON_NAME(name) #name,
    GEONEURON_OPERATORS(GEONEURON_NAME)
#undef GEONEURON_NAME
};

}  // namespace

std::string_view name_of(Operator op) {
  return kNames[static_cast<size_t>(op)];
}

std::optional<Operator> operator_named(std::string_view name) {
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == name) return static_cast<Operator>(i);
  return std::nullopt;
}

}  // namespace geoneuron::perception
