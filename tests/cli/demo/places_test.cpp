// SPDX-License-Identifier: MIT
#include "cli/demo/places.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "fakes/child_process.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron::cli::demo {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Places, FindTheProjectsNetworkFromAnyFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  const TemporaryFolder elsewhere;
  std::filesystem::current_path(elsewhere.path());
  const auto found = folder_with("digits.onnx", places_of("models"));
  std::filesystem::current_path(before);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(std::filesystem::equivalent(*found + "/digits.onnx", GEONEURON_DIGITS));
}

TEST(Places, TakeTheFirstThatHoldsTheFileAndElseNameAll) {
  const TemporaryFolder folder;
  for (const char* name : {"empty", "first", "second"})
    std::filesystem::create_directory(folder / name);
  for (const char* file : {"first/net", "second/net"})
    ASSERT_TRUE(write_file(folder / file, "").has_value());
  const std::vector<std::string> folders{folder / "empty", folder / "first", folder / "second"};
  EXPECT_EQ(folder_with("net", folders).value(), folder / "first");
  const auto missing = folder_with("nothing", folders);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ENOENT);
  for (const std::string& one : folders) EXPECT_THAT(missing.error().message, HasSubstr(one));
}

TEST(Demo, SaysWhereItLookedAndLeavesNothing) {
  const TemporaryFolder folder;
  const ChildResult result = run_child(GEONEURON_DEMO, {"--digits", "absent"}, folder.path());
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err,
              HasSubstr("digits.onnx: is not in absent; name its folder with --digits"));
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(Demo, LeavesNothingWhereItsNetworkIsDamaged) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "digits.onnx", "no network").has_value());
  const ChildResult result =
      run_child(GEONEURON_DEMO, {"--digits", ".", "--out", "out/deep"}, folder.path());
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("digits.onnx"));
  EXPECT_THAT(folder.names(), UnorderedElementsAre("digits.onnx"));
}

TEST(Demo, RefusesAWrongFolderOfNetworksBeforeItDraws) {
  const TemporaryFolder folder;
  const ChildResult result = run_child(GEONEURON_DEMO, {"--networks", "absent"}, folder.path());
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("--networks: detector.onnx: is not in absent; `./dev models`"));
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(Demo, TheManualHasEveryOption) {
  const auto bytes = read_file(GEONEURON_DEMO_MANUAL, 1 << 20).value();
  std::string manual(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::erase(manual, '\\');  // "\\-\\-out" is how manuals write dashes
  const std::string help = run_child(GEONEURON_DEMO, {"--help"}).out;
  size_t options = 0;
  for (size_t at = help.find("\n  --"); at != std::string::npos; at = help.find("\n  --", at + 1)) {
    const std::string option = help.substr(at + 3, help.find(' ', at + 3) - at - 3);
    EXPECT_THAT(manual, HasSubstr(option + " \" DIR\"")) << option;
    ++options;
  }
  EXPECT_EQ(options, 3u);
}

TEST(Demo, SaysWhatIsWrongWithItsOptions) {
  const TemporaryFolder folder;
  for (const auto& [arguments, words] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--bogus"}, "there is no option '--bogus'"},
           {{"--out"}, "--out must name a folder"}}) {
    const ChildResult result = run_child(GEONEURON_DEMO, arguments, folder.path());
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(words));
  }
}

}  // namespace
}  // namespace geoneuron::cli::demo
