// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace geoneuron {
namespace {

TEST(Text, JoinsWithTheLastSeparatorBeforeTheFinalWord) {
  const std::vector<std::string> words{"a", "b", "c"};
  EXPECT_EQ(joined(words, ", ", " or "), "a, b or c");
  EXPECT_EQ(joined(std::set<std::string>{"b", "a"}, ","), "a,b");
  EXPECT_EQ(joined(std::vector<std::string>{"", "b"}), ", b");
  EXPECT_EQ(joined(std::vector<std::string>{"alone"}, ", ", " or "), "alone");
  EXPECT_EQ(joined(std::vector<std::string>{}), "");
}

TEST(Text, WritesNumbersAsBrieflyAsTheDigitsAllow) {
  EXPECT_EQ(number_text(0.5, 6), "0.5");
  EXPECT_EQ(number_text(1.0 / 3, 6), "0.333333");
  EXPECT_EQ(number_text(1.0 / 3, 10), "0.3333333333");
  EXPECT_EQ(number_text(-1e300, 10), "-1e+300");
}

}  // namespace
}  // namespace geoneuron
