// SPDX-License-Identifier: MIT
#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/file_draft.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "geoneuron.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  size_t file_count() const {
    const std::filesystem::directory_iterator files(folder_);
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }

  bool has_nameless_files() const {
    return static_cast<bool>(UniqueFd(open(folder_.c_str(), O_WRONLY | O_TMPFILE, 0600)));
  }

  std::filesystem::path folder_;
};

TEST_F(File, WritesWhatIsReadBack) {
  const std::string path = folder_ / "a";
  ASSERT_TRUE(write_file(path, "hello").has_value());
  EXPECT_EQ(read_file(path, 100).value().size(), 5u);
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(File, WritesWithTheUsersPermissions) {
  const mode_t before = umask(027);
  const bool written = write_file(folder_ / "a", "hello").has_value();
  EXPECT_EQ(umask(before), mode_t{027});
  ASSERT_TRUE(written);
  const auto permissions = std::filesystem::status(folder_ / "a").permissions();
  EXPECT_EQ(static_cast<int>(permissions), 0640);
}

TEST_F(File, WritesIntoAPipeInsteadOfReplacingIt) {
  const std::filesystem::path path = folder_ / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_TRUE(write_file(path, "hello").has_value());
  char bytes[8];
  EXPECT_EQ(read(reader, bytes, sizeof bytes), 5);
  close(reader);
  EXPECT_TRUE(std::filesystem::is_fifo(path));
}

TEST_F(File, FollowsALink) {
  std::filesystem::create_directory(folder_ / "elsewhere");
  ASSERT_TRUE(write_file(folder_ / "elsewhere" / "file", "old").has_value());
  std::filesystem::create_symlink("elsewhere/file", folder_ / "link");
  ASSERT_TRUE(write_file(folder_ / "link", "newer").has_value());
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_file(folder_ / "elsewhere" / "file", 10).value().size(), 5u);
}

TEST_F(File, MakesTheFileThatADanglingLinkLeadsTo) {
  std::filesystem::create_directory(folder_ / "elsewhere");
  std::filesystem::create_symlink("second", folder_ / "first");
  std::filesystem::create_symlink("elsewhere/file", folder_ / "second");
  ASSERT_TRUE(write_file(folder_ / "first", "hello").has_value());
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "first"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "second"));
  EXPECT_EQ(read_file(folder_ / "elsewhere" / "file", 10).value().size(), 5u);
}

TEST_F(File, FillsAFileWithoutANameThatALinkLeadsTo) {
  const std::string name = folder_ / "gone";
  const UniqueFd fd(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(fd);
  ASSERT_EQ(unlink(name.c_str()), 0);
  ASSERT_TRUE(write_file("/proc/self/fd/" + std::to_string(fd.get()), "hello").has_value());
  char text[5] = {};
  EXPECT_EQ(pread(fd.get(), text, sizeof(text), 0), 5);
  EXPECT_EQ(std::string(text, 5), "hello");
  EXPECT_EQ(file_count(), 0u);
}

TEST_F(File, NamesTheFolderThatADanglingLinkMisses) {
  std::filesystem::create_symlink("absent/file", folder_ / "link");
  const auto written = write_file(folder_ / "link", "hello");
  ASSERT_FALSE(written.has_value());
  EXPECT_NE(written.error().message.find("there is no folder " + (folder_ / "absent").string()),
            std::string::npos)
      << written.error().message;
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
}

TEST_F(File, RefusesLinksThatLeadInACircle) {
  std::filesystem::create_symlink("there", folder_ / "here");
  std::filesystem::create_symlink("here", folder_ / "there");
  EXPECT_EQ(write_file(folder_ / "here", "hello").error().code, ELOOP);
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "here"));
}

TEST_F(File, RefusesMoreThanTheMaximum) {
  const std::string path = folder_ / "a";
  ASSERT_TRUE(write_file(path, "hello").has_value());
  EXPECT_EQ(read_file(path, 4).error().code, EFBIG);
}

TEST_F(File, LeavesNothingBehindWhenItCannotReplaceTheTarget) {
  const std::string path = folder_ / "taken";
  std::filesystem::create_directories(folder_ / "taken" / "inside");
  EXPECT_FALSE(write_file(path, "hello").has_value());
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(File, ReplacesWhatIsThere) {
  ASSERT_TRUE(write_file(folder_ / "a", "older").has_value());
  ASSERT_TRUE(write_file(folder_ / "a", "new").has_value());
  EXPECT_EQ(read_file(folder_ / "a", 10).value().size(), 3u);
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(File, ADraftThatIsNotCommittedLeavesNothing) {
  ASSERT_TRUE(write_file(folder_ / "a", "old").has_value());
  {
    auto draft = FileDraft::create(folder_ / "a");
    ASSERT_TRUE(draft.has_value()) << draft.error().message;
    EXPECT_TRUE(draft->write(std::as_bytes(std::span("new text"))).has_value());
  }
  EXPECT_EQ(read_file(folder_ / "a", 10).value().size(), 3u);
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(File, AProcessThatIsKilledWhileItWritesLeavesNothing) {
  if (!has_nameless_files())
    GTEST_SKIP() << folder_ << ": its file system has no O_TMPFILE, so that drafts have names";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto draft = FileDraft::create(folder_ / "a");
    if (draft && draft->write(std::as_bytes(std::span("half"))).has_value()) raise(SIGKILL);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(file_count(), 0u);
}

TEST_F(File, NamesTheFolderThatIsMissing) {
  const auto written = write_file(folder_ / "absent" / "a", "hello");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ENOENT);
  EXPECT_NE(written.error().message.find("there is no folder " + (folder_ / "absent").string()),
            std::string::npos)
      << written.error().message;
}

TEST_F(File, NamesWhatIsMissing) {
  const auto result = read_file(folder_ / "absent", 10);
  EXPECT_EQ(result.error().code, ENOENT);
  EXPECT_NE(result.error().message.find("absent"), std::string::npos);
}

TEST_F(File, RefusesAFolder) {
  EXPECT_FALSE(read_file(folder_, 10).has_value());
}

}  // namespace
}  // namespace geoneuron
