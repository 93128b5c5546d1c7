// SPDX-License-Identifier: MIT
#include "views/key.hpp"

#include <gtest/gtest.h>

#include "views/brute_force.hpp"

namespace geoneuron::views {
namespace {

TEST(Key, OrdersAsFloatsDo) {
  const std::vector<float> values = testing::adversarial(2000, 1);
  for (size_t i = 1; i < values.size(); ++i) {
    if (std::isnan(values[i - 1]) || std::isnan(values[i])) continue;
    EXPECT_EQ(values[i - 1] < values[i], key_of(values[i - 1]) < key_of(values[i]));
    EXPECT_EQ(values[i - 1] == values[i], key_of(values[i - 1]) == key_of(values[i]));
  }
}

TEST(Key, IsTheSameForBothZeros) {
  EXPECT_EQ(key_of(-0.0f), key_of(0.0f));
}

TEST(Key, GivesTheValueBack) {
  for (const float value : testing::adversarial(2000, 2)) {
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(value_of_key(key_of(value)), value);
  }
  EXPECT_FALSE(std::signbit(value_of_key(key_of(-0.0f))));
}

}  // namespace
}  // namespace geoneuron::views
