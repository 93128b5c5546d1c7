// SPDX-License-Identifier: MIT
#include "base/mapped_region.hpp"

#include <gtest/gtest.h>

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

TEST_F(Region, HoldsTheWholeFile) {
  const auto region = MappedRegion::copy_file(folder_ / "file");
  ASSERT_TRUE(region.has_value()) << region.error().message;
  EXPECT_EQ(region->bytes().size(), 100'000u);
  EXPECT_EQ(region->bytes().back(), std::byte{'x'});
}

TEST_F(Region, OutlivesTheFilesBytes) {
  const auto region = MappedRegion::copy_file(folder_ / "file");
  ASSERT_TRUE(region.has_value()) << region.error().message;
  std::filesystem::resize_file(folder_ / "file", 0);  // a mapped file would raise SIGBUS below
  size_t count = 0;
  for (const std::byte byte : region->bytes()) count += byte == std::byte{'x'} ? 1 : 0;
  EXPECT_EQ(count, 100'000u);
}

TEST_F(Region, HoldsNothingOfAnEmptyFile) {
  std::filesystem::resize_file(folder_ / "file", 0);
  EXPECT_TRUE(MappedRegion::copy_file(folder_ / "file").value().bytes().empty());
}

TEST_F(Region, RefusesAFolder) {
  EXPECT_EQ(MappedRegion::copy_file(folder_).error().code, EISDIR);
}

}  // namespace
}  // namespace geoneuron
