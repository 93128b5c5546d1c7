// SPDX-License-Identifier: MIT
#include "daemon/loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

class LoopTest : public testing::Test {
 protected:
  void SetUp() override {
    auto created = Loop::create();
    ASSERT_TRUE(created) << created.error().message;
    loop_ = std::move(*created);
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = UniqueFd(ends[0]);
    theirs_ = UniqueFd(ends[1]);
  }

  // The next event, which must come within a minute.
  Event& next() {
    for (int i = 0; events_.size() <= taken_ && i < 60; ++i) {
      taken_ = 0;
      EXPECT_TRUE(loop_->wait(now_ns() + kSecond, events_));
    }
    EXPECT_GT(events_.size(), taken_);
    return events_.at(taken_++);
  }

  static std::vector<std::byte> bytes(std::string_view text) {
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    return {data, data + text.size()};
  }

  std::unique_ptr<Loop> loop_;
  UniqueFd ours_, theirs_;
  std::vector<Event> events_;
  size_t taken_ = 0;
};

TEST_F(LoopTest, CarriesAMessageAndItsFd) {
  const UniqueFd passed(open("/dev/null", O_RDWR | O_CLOEXEC));
  loop_->receive({Source::kConnection, 7}, theirs_.get(), 100);
  loop_->send({Source::kConnectionSend, 8}, ours_.get(), bytes("hello"), passed.get());
  bool sent = false, received = false;
  while (!sent || !received) {
    Event& event = next();
    EXPECT_EQ(event.result, 5);
    if (event.token.source == Source::kConnectionSend) {
      EXPECT_EQ(event.token.id, 8u);
      sent = true;
    } else {
      EXPECT_EQ(event.token.id, 7u);
      EXPECT_EQ(std::memcmp(event.bytes.data(), "hello", 5), 0);
      EXPECT_FALSE(event.truncated);
      ASSERT_EQ(event.fds.size(), 1u);
      EXPECT_NE(fcntl(event.fds[0].get(), F_GETFD) & FD_CLOEXEC, 0);
      received = true;
    }
  }
}

TEST_F(LoopTest, TellsThatAMessageWasCut) {
  loop_->receive({Source::kConnection, 1}, theirs_.get(), 3);
  loop_->send({Source::kConnectionSend, 2}, ours_.get(), bytes("hello"));
  for (int i = 0; i < 2; ++i) {
    Event& event = next();
    EXPECT_EQ(event.truncated, event.token.source == Source::kConnection);
  }
}

TEST_F(LoopTest, PollTellsWhatIsThere) {
  const UniqueFd bell(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  loop_->poll({Source::kWorkerDoorbell, 3}, bell.get(), POLLIN);
  ASSERT_TRUE(loop_->wait(now_ns() + kSecond / 100, events_));
  EXPECT_TRUE(events_.empty());
  const uint64_t five = 5;
  ASSERT_EQ(write(bell.get(), &five, sizeof five), 8);
  EXPECT_EQ(next().result, POLLIN);
}

TEST_F(LoopTest, WaitEndsAtItsTime) {
  const uint64_t begin = now_ns();
  ASSERT_TRUE(loop_->wait(begin + kSecond / 20, events_));
  EXPECT_TRUE(events_.empty());
  EXPECT_GE(now_ns(), begin + kSecond / 20);
  ASSERT_TRUE(loop_->wait(1, events_)) << "a time that has passed is no wait";
}

TEST_F(LoopTest, ForgetEndsWhatIsUnderWay) {
  loop_->receive({Source::kConnection, 4}, theirs_.get(), 100);
  loop_->poll({Source::kWorkerRoom, 5}, theirs_.get(), POLLIN);
  loop_->forget(theirs_.get());
  theirs_.reset();
  EXPECT_EQ(next().result, -ECANCELED);
  EXPECT_EQ(next().result, -ECANCELED);
}

TEST_F(LoopTest, TakesMoreRequestsThanItsRingHasPlaces) {
  for (uint64_t i = 0; i < 1000; ++i) loop_->poll({Source::kConnection, i}, ours_.get(), POLLOUT);
  std::vector<bool> seen(1000);
  for (int i = 0; i < 1000; ++i) {
    Event& event = next();
    EXPECT_FALSE(seen.at(event.token.id));
    seen.at(event.token.id) = true;
  }
}

TEST_F(LoopTest, FdsThatNobodyTakesAreClosed) {
  const UniqueFd passed(open("/dev/null", O_RDWR | O_CLOEXEC));
  loop_->receive({Source::kConnection, 1}, theirs_.get(), 100);
  loop_->send({Source::kConnectionSend, 2}, ours_.get(), bytes("x"), passed.get());
  int received = -1;
  for (int i = 0; i < 2; ++i) {
    Event& event = next();
    if (!event.fds.empty()) received = event.fds[0].get();
  }
  ASSERT_GE(received, 0);
  ASSERT_TRUE(loop_->wait(1, events_));
  EXPECT_EQ(fcntl(received, F_GETFD), -1);
}

}  // namespace
}  // namespace geoneuron::daemon
