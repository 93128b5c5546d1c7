// SPDX-License-Identifier: MIT
#include "cli/output_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.hpp"
#include "cli/npy.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;
using perception::Tensor;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Tensor kTensor = Tensor::from_int64s({1, 2});

ordered_json manifest(const std::string& folder) {
  const auto bytes = read_file(folder + "/manifest.json", 1 << 20).value();
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  return ordered_json::parse(text, text + bytes.size());
}

void write(const std::string& target, const std::vector<std::string>& names) {
  OutputFolder folder = OutputFolder::create(target).value();
  for (const std::string& name : names) ASSERT_TRUE(folder.add(name, kTensor).has_value());
  ASSERT_TRUE(folder.commit({{"model", "m"}}).has_value());
}

TEST(OutputFolder, MapsNamesToFiles) {
  const TemporaryFolder temporary;
  write(temporary / "out", {"a/b:0", "plain", "a_b_0"});
  EXPECT_THAT(temporary.names("out"),
              ElementsAre("a_b_0.npy", "a_b_0_2.npy", "manifest.json", "plain.npy"));
  const ordered_json json = manifest(temporary / "out");
  EXPECT_EQ(json["model"], "m");
  EXPECT_EQ(json["tensors"]["a/b:0"]["file"], "a_b_0.npy");
  EXPECT_EQ(json["tensors"]["a_b_0"]["file"], "a_b_0_2.npy");
  EXPECT_EQ(json["tensors"]["plain"]["shape"], ordered_json::array({2}));
  EXPECT_TRUE(read_npy(temporary / "out/plain.npy").has_value());
  EXPECT_THAT(temporary.names(), ElementsAre("out"));
}

TEST(OutputFolder, LeavesNothingWithoutCommit) {
  const TemporaryFolder temporary;
  {
    OutputFolder folder = OutputFolder::create(temporary / "deep/inside/out").value();
    ASSERT_TRUE(folder.add("a", kTensor).has_value());
  }
  EXPECT_THAT(temporary.names(), IsEmpty());
}

TEST(OutputFolder, MakesMissingFoldersOnTheWay) {
  const TemporaryFolder temporary;
  write(temporary / "deep/inside/out/", {"a"});
  EXPECT_THAT(temporary.names("deep/inside/out"), ElementsAre("a.npy", "manifest.json"));
  EXPECT_THAT(temporary.names("deep/inside"), ElementsAre("out"));
}

TEST(OutputFolder, ReplacesAnEarlierRunAndNothingElse) {
  const TemporaryFolder temporary;
  write(temporary / "out", {"old", "both"});
  ASSERT_TRUE(write_file(temporary / "out/mine.txt", "kept").has_value());
  write(temporary / "out", {"both", "new"});
  EXPECT_THAT(temporary.names("out"),
              ElementsAre("both.npy", "manifest.json", "mine.txt", "new.npy"));
  EXPECT_THAT(temporary.names(), ElementsAre("out"));
}

TEST(OutputFolder, AForeignManifestRemovesNothingElsewhere) {
  const TemporaryFolder temporary;
  ASSERT_TRUE(write_file(temporary / "precious.npy", "x").has_value());
  std::filesystem::create_directory(temporary / "out");
  ASSERT_TRUE(write_file(temporary / "out/manifest.json",
                         R"({"tensors": {"a": {"file": "../precious.npy"}, "b": 3, "c": {"file":
                         "notes.txt"}}})")
                  .has_value());
  ASSERT_TRUE(write_file(temporary / "out/notes.txt", "x").has_value());
  write(temporary / "out", {"new"});
  EXPECT_THAT(temporary.names(), ElementsAre("out", "precious.npy"));
  EXPECT_THAT(temporary.names("out"), ElementsAre("manifest.json", "new.npy", "notes.txt"));
}

TEST(OutputFolder, RefusesAFileAndAnUnwritablePlace) {
  const TemporaryFolder temporary;
  ASSERT_TRUE(write_file(temporary / "file", "x").has_value());
  EXPECT_THAT(OutputFolder::create(temporary / "file").error().message,
              HasSubstr("file: is a file; --out must name a folder"));
  EXPECT_THAT(OutputFolder::create(temporary / "file/inside").error().message,
              HasSubstr("cannot be written"));
  EXPECT_THAT(OutputFolder::create("/proc/out").error().message, HasSubstr("/proc/out"));
  EXPECT_FALSE(OutputFolder::create("").has_value());
}

TEST(OutputFolder, CutsLongNames) {
  EXPECT_EQ(file_stem(std::string(1000, 'a')).size(), 200u);
  EXPECT_EQ(file_stem("../etc/\xff"), ".._etc__");
}

}  // namespace
}  // namespace geoneuron::cli
