// SPDX-License-Identifier: MIT
#include "base/mapped_region.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace geoneuron {
namespace {

class Region : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "geoneuron.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    std::ofstream(folder_ / "file") << std::string(100'000, 'x');
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

constexpr size_t kMaximum = 100'000;

TEST_F(Region, HoldsTheWholeFile) {
  const auto region = MappedRegion::copy_file(folder_ / "file", kMaximum);
  ASSERT_TRUE(region.has_value()) << region.error().message;
  EXPECT_EQ(region->bytes().size(), 100'000u);
  EXPECT_EQ(region->bytes().back(), std::byte{'x'});
}

TEST_F(Region, OutlivesTheFilesBytes) {
  const auto region = MappedRegion::copy_file(folder_ / "file", kMaximum);
  ASSERT_TRUE(region.has_value()) << region.error().message;
  std::filesystem::resize_file(folder_ / "file", 0);  // a mapped file would raise SIGBUS below
  size_t count = 0;
  for (const std::byte byte : region->bytes()) count += byte == std::byte{'x'} ? 1 : 0;
  EXPECT_EQ(count, 100'000u);
}

TEST_F(Region, HoldsNothingOfAnEmptyFile) {
  std::filesystem::resize_file(folder_ / "file", 0);
  EXPECT_TRUE(MappedRegion::copy_file(folder_ / "file", kMaximum).value().bytes().empty());
}

// More than any memory holds: whoever looks at the size only afterwards fails otherwise.
TEST_F(Region, RefusesAFileOverTheMaximumBeforeItIsRead) {
  std::filesystem::resize_file(folder_ / "file", uintmax_t{1} << 42);
  const auto region = MappedRegion::copy_file(folder_ / "file", kMaximum);
  ASSERT_FALSE(region.has_value());
  EXPECT_EQ(region.error().code, EFBIG);
  EXPECT_NE(region.error().message.find("has 4398046511104 bytes; at most 100000 are read"),
            std::string::npos)
      << region.error().message;
}

TEST_F(Region, RefusesOneByteMoreThanTheMaximum) {
  EXPECT_TRUE(MappedRegion::copy_file(folder_ / "file", kMaximum).has_value());
  EXPECT_EQ(MappedRegion::copy_file(folder_ / "file", kMaximum - 1).error().code, EFBIG);
}

TEST_F(Region, RefusesAPipeWithoutWaitingForIt) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(MappedRegion::copy_file(folder_ / "pipe", kMaximum).error().code, EINVAL);
}

TEST_F(Region, RefusesAFolder) {
  EXPECT_EQ(MappedRegion::copy_file(folder_, kMaximum).error().code, EISDIR);
}

}  // namespace
}  // namespace geoneuron
