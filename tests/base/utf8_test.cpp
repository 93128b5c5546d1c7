// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace geoneuron {
namespace {

TEST(Utf8, IsTextOfEveryLanguage) {
  for (const char* text : {"", "conv1/Relu:0", "\u00e9", "\u4eba", "\U0001F600",
                           "\u07ff\u0800\uffff", "\ud7ff\ue000", "\U00010000\U0010FFFF"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, IsNothingThatIsCutOffOverlongOrTooLarge) {
  for (const char* text :
       {"\x80", "a\xff", "\xc2", "\xe4\xba", "\xf0\x9f\x98", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xc3(", "\xe4\xba("})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace geoneuron
