// SPDX-License-Identifier: MIT
#include "cli/byte_size.hpp"

#include <gtest/gtest.h>

namespace geoneuron::cli {
namespace {

TEST(ByteSize, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_byte_size("4096").value(), 4096u);
  EXPECT_EQ(parse_byte_size("64k").value(), 64u << 10);
  EXPECT_EQ(parse_byte_size("256M").value(), 256u << 20);
  EXPECT_EQ(parse_byte_size("256MiB").value(), 256u << 20);
  EXPECT_EQ(parse_byte_size("3GB").value(), uint64_t{3} << 30);
}

TEST(ByteSize, RefusesTheRest) {
  for (const char* text : {"", "M", "0", "-1", "1.5G", "12Q", "12Mx", "99999999999999999999",
                           "18446744073709551615", "9999999999T", " 1"})
    EXPECT_FALSE(parse_byte_size(text).has_value()) << text;
}

TEST(ByteSize, WritesWhatPeopleRead) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(uint64_t{256} << 20), "256.0 MiB");
  EXPECT_EQ(format_duration(950), "950 ns");
  EXPECT_EQ(format_duration(1'200), "1.2 us");
  EXPECT_EQ(format_duration(35'000'000), "35.0 ms");
  EXPECT_EQ(format_duration(2'500'000'000), "2.50 s");
}

}  // namespace
}  // namespace geoneuron::cli
