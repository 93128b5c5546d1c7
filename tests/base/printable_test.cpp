// SPDX-License-Identifier: MIT
#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace geoneuron {
namespace {

using namespace std::string_literals;

TEST(Printable, ReplacesControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\td\x7f"), "a?[31mb?c?d?");
  EXPECT_EQ(printable("nul\0end"s), "nul?end");
  EXPECT_EQ(printable("csi \xc2\x9b"
                      "2J"),
            "csi ?2J");
}

TEST(Printable, LeavesEveryOtherTextAlone) {
  EXPECT_EQ(printable("conv1/Relu:0 \u00d7 \u4eba \u00a0\u00e9"),
            "conv1/Relu:0 \u00d7 \u4eba \u00a0\u00e9");
  EXPECT_EQ(printable("cut \xc2"), "cut \xc2");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesTheControlCharactersThatJsonLetsStand) {
  EXPECT_EQ(escaped_controls("{\"\u00d7 \x7f\u009b\u0080\u009f\u00a0\": 1}\n"),
            "{\"\u00d7 \\u007f\\u009b\\u0080\\u009f\u00a0\": 1}\n");
  EXPECT_EQ(escaped_controls("cut \xc2"), "cut \xc2");
}

}  // namespace
}  // namespace geoneuron
