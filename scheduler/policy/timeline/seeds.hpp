// SPDX-License-Identifier: MIT
// Simple rules that order jobs over devices: what a search begins with. Thread-safe; allocates
// nothing but what grows `orders`.
// Sources: Vepsalainen, Morton: Priority rules for job shops with weighted tardiness costs, 1987
// (apparent tardiness cost).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "policy/timeline/scaled_problem.hpp"

namespace geoneuron::policy {

enum class Rule : uint8_t {
  kFifo,             // as they are released
  kEarliestDueDate,  // then as they are released
  kApparentTardiness,
};
inline constexpr std::array kRules = {Rule::kFifo, Rule::kEarliestDueDate,
                                      Rule::kApparentTardiness};

// Fills `orders`, one per device, with all jobs. Staging memory is not looked at.
void order_by_rule(const ScaledProblem& problem, Rule rule, std::span<JobOrder> orders);

// `jobs` in the order in which they are due, those of the same time by weight.
void sort_by_due(const ScaledProblem& problem, std::span<uint16_t> jobs);

}  // namespace geoneuron::policy
