// SPDX-License-Identifier: MIT
#include "base/alignment.hpp"

#include <gtest/gtest.h>

namespace geoneuron {
namespace {

TEST(Alignment, RoundsUpToTheNextMultiple) {
  EXPECT_EQ(aligned(0, 64), 0u);
  EXPECT_EQ(aligned(1, 64), 64u);
  EXPECT_EQ(aligned(64, 64), 64u);
  EXPECT_EQ(aligned(65, 1), 65u);
}

}  // namespace
}  // namespace geoneuron
