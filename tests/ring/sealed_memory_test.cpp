// SPDX-License-Identifier: MIT
#include "ring/sealed_memory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace geoneuron::ring {
namespace {

using testing::HasSubstr;

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

UniqueFd memfd(off_t size, int seals, unsigned flags = 0) {
  UniqueFd fd(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags));
  if (fd && ftruncate(fd.get(), size) == 0) (void)fcntl(fd.get(), F_ADD_SEALS, seals);
  return fd;
}

std::string refusal(int fd, uint64_t size_bytes) {
  const auto mapped = SealedMemory::map(fd, size_bytes, Access::kRead, "buffer 7");
  if (mapped.has_value()) return "";
  EXPECT_EQ(mapped.error().code, EINVAL);
  return mapped.error().message;
}

TEST(SealedMemory, IsSharedByAllWhoMapIt) {
  const UniqueFd fd = std::move(create_sealed_memfd("test", 8192)).value();
  const auto one = SealedMemory::map(fd.get(), 8192, Access::kReadWrite, "one");
  const auto other = SealedMemory::map(fd.get(), 8192, Access::kRead, "other");
  ASSERT_TRUE(one.has_value() && other.has_value());
  EXPECT_EQ(other->bytes().size(), 8192u);
  one->bytes()[8191] = std::byte{42};
  EXPECT_EQ(other->bytes()[8191], std::byte{42});
}

TEST(SealedMemory, CannotBeMadeShorter) {
  const UniqueFd fd = std::move(create_sealed_memfd("test", 8192)).value();
  EXPECT_EQ(ftruncate(fd.get(), 4096), -1);
  EXPECT_EQ(errno, EPERM);
}

TEST(SealedMemory, RefusesAnotherSize) {
  const UniqueFd fd = memfd(4096, kSeals);
  EXPECT_EQ(refusal(fd.get(), 8192), "buffer 7: has 4096 bytes; must have 8192, and some");
  EXPECT_NE(refusal(memfd(0, kSeals).get(), 0), "");
}

TEST(SealedMemory, RefusesMemoryThatLacksASeal) {
  for (const int seal : {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL})
    EXPECT_THAT(refusal(memfd(4096, kSeals & ~seal).get(), 4096), HasSubstr("is not sealed"));
}

TEST(SealedMemory, RefusesWhatIsNoMemoryFile) {
  int pipes[2] = {-1, -1};
  ASSERT_EQ(pipe(pipes), 0);
  const UniqueFd in(pipes[0]), out(pipes[1]);
  EXPECT_THAT(refusal(in.get(), 4096), HasSubstr("memory file"));
  const UniqueFd proc(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(refusal(proc.get(), 4096), HasSubstr("memory file"));
  const UniqueFd huge = memfd(2 << 20, kSeals, MFD_HUGETLB);
  if (huge) {
    EXPECT_THAT(refusal(huge.get(), 2 << 20), HasSubstr("huge pages"));
  }
}

TEST(SealedMemory, ReadsThroughAFdThatCannotBeWritten) {
  const UniqueFd fd = std::move(create_sealed_memfd("test", 4096)).value();
  const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
  const UniqueFd read_only(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(SealedMemory::map(read_only.get(), 4096, Access::kRead, "buffer 7").has_value());
  const auto written = SealedMemory::map(read_only.get(), 4096, Access::kReadWrite, "buffer 7");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, EACCES);
}

}  // namespace
}  // namespace geoneuron::ring
