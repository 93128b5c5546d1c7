// SPDX-License-Identifier: MIT
// Each rule of struct geoneuron_command and struct geoneuron_request, valid but for one thing: the
// command completes with that errno, and its connection goes on.
#include <unistd.h>

#include <functional>

#include "daemon/daemon_fixture.hpp"

namespace geoneuron::daemon {
namespace {

constexpr uint64_t kSize = 8192;
constexpr uint32_t kBoth = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE;

class CommandRules : public DaemonTest {
 protected:
  void SetUp() override {
    DaemonTest::SetUp();
    start();
    client_.emplace(connect());
    memory_ = sealed_memory(kSize);
    client_->announce(1, memory_.get(), kSize);
    client_->announce(2, memory_.get(), kSize, GEONEURON_IMPORT_READ_ONLY);
  }

  // One that the fake worker runs, with a buffer in slot 0.
  static geoneuron_command valid() {
    geoneuron_command command = act(fakes::FakeAct::kProcess, 5);
    command.buffer_count = 1;
    command.buffers[0] = {1, kBoth, 0, kSize};
    return command;
  }

  int result_with(const std::function<void(geoneuron_command&)>& change) {
    geoneuron_command command = valid();
    change(command);
    return client_->call(command).result;
  }

  int result_of_request(const std::function<void(geoneuron_request&)>& change) {
    return result_with([&](geoneuron_command& command) {
      geoneuron_request request;
      std::memcpy(&request, command.payload, sizeof request);
      change(request);
      std::memcpy(command.payload, &request, sizeof request);
    });
  }

  std::optional<RawClient> client_;
  UniqueFd memory_;
};

TEST_F(CommandRules, WhatKeepsThemRuns) {
  EXPECT_EQ(result_with([](auto&) {}), 0);
  EXPECT_EQ(result_with([](auto& c) { c.flags = GEONEURON_COMMAND_IDEMPOTENT; }), 0);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0] = {1, kBoth, kSize - 1, 1}; }), 0);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0] = {2, GEONEURON_ACCESS_READ, 0, kSize}; }), 0);
}

TEST_F(CommandRules, HeadersThatBreakOne) {
  EXPECT_EQ(result_with([](auto& c) { c.flags |= 0x8000; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.priority_class = GEONEURON_CLASSES; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.priority_class = 255; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.reserved = 1; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.payload_bytes = 289; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffer_count = 9; }), -EINVAL);
}

TEST_F(CommandRules, BuffersThatBreakOne) {
  EXPECT_EQ(result_with([](auto& c) { c.buffers[1].length = 1; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].access = 0; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].access = 4; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].length = 0; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].offset = 1; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].offset = ~0ULL; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0] = {1, kBoth, 4096, ~0ULL - 4095}; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].handle = 1001; }), -ENOENT);
  EXPECT_EQ(result_with([](auto& c) { c.buffers[0].handle = 2; }), -EACCES);
}

TEST_F(CommandRules, RequestsThatBreakOne) {
  EXPECT_EQ(result_with([](auto& c) { c.opcode = 99; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.payload_bytes = 100; }), -EINVAL);
  EXPECT_EQ(result_with([](auto& c) { c.opcode = GEONEURON_NOP; }), -EINVAL);
  EXPECT_EQ(result_of_request([](auto& r) { r.flags = 0x80; }), -EINVAL);
  EXPECT_EQ(result_of_request([](auto& r) { r.device = 9; }), -ENODEV);
  EXPECT_EQ(result_of_request([](auto& r) { r.device = 1; }), 0);
  EXPECT_EQ(result_of_request([](auto& r) { r.text_bytes = 265; }), -EINVAL);
  EXPECT_EQ(result_of_request([](auto& r) { r.text[3] = 'x'; }), -EINVAL);
  EXPECT_EQ(result_of_request([](auto& r) { r.text_slot = 1; }), -EINVAL);
  EXPECT_EQ(result_of_request([](auto& r) { r.text_slot = 0; }), 0);
  EXPECT_EQ(result_of_request([](auto& r) { r.report_slot = 7; }), -EINVAL);
  EXPECT_EQ(result_of_request([](auto& r) { r.text_slot = 0, r.text_bytes = 1; }), -EINVAL);
}

TEST_F(CommandRules, ACompletionCarriesWhatItsCommandSaid) {
  const geoneuron_completion first = client_->call(valid()), second = client_->call(valid());
  EXPECT_EQ(first.user_data, 5u);
  EXPECT_EQ(first.flags, 0u);
  EXPECT_GT(second.command_id, first.command_id);
}

TEST_F(CommandRules, AHandleIsLookedUpWhenTheCommandIsTaken) {
  geoneuron_command copy = act(fakes::FakeAct::kCopy, 3);
  copy.buffer_count = 2;
  copy.buffers[0] = {1, GEONEURON_ACCESS_READ, 0, 16};
  copy.buffers[1] = {1, GEONEURON_ACCESS_WRITE, 16, 16};
  client_->submit({copy});
  client_->send_entries<geoneuron_destroy_buffer>(GEONEURON_MESSAGE_DESTROY, {{1, 0}});
  EXPECT_EQ(client_->completions(1)[0].result, 0);
  client_->submit({copy});
  EXPECT_EQ(client_->completions(1)[0].result, -ENOENT);
}

TEST_F(CommandRules, AChainFailsTogether) {
  geoneuron_command bad = linked(nop(2));
  bad.reserved = 1;
  client_->submit({linked(nop(1)), bad, nop(3), nop(4)});
  const auto all = client_->completions(4);
  ASSERT_EQ(all.size(), 4u);
  const int expected[] = {-ECANCELED, -EINVAL, -ECANCELED, 0};
  for (const auto& completion : all)
    EXPECT_EQ(completion.result, expected[completion.user_data - 1]) << completion.user_data;
}

TEST_F(CommandRules, AChainFailsBehindTheMemberThatFailed) {
  client_->submit({linked(nop(1)), linked(act(fakes::FakeAct::kFail, 2)), linked(nop(3)), nop(4)});
  const int expected[] = {0, -ENOTSUP, -ECANCELED, -ECANCELED};
  for (const auto& completion : client_->completions(4))
    EXPECT_EQ(completion.result, expected[completion.user_data - 1]) << completion.user_data;
}

TEST_F(CommandRules, AChainMayCrossMessages) {
  client_->submit({linked(nop(1)), linked(nop(2))});
  client_->submit({linked(nop(3))});
  EXPECT_EQ(client_->call(act(fakes::FakeAct::kFail, 4)).user_data, 1u) << "in its order";
  const auto rest = client_->completions(3);
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[2].result, -ENOTSUP);
}

TEST_F(CommandRules, AChainHasAtMost64Members) {
  RawClient client = connect(256);
  std::vector<geoneuron_command> half(32, linked(nop(1)));
  client.submit(half);
  half.back() = nop(1);
  client.submit(half);
  for (const auto& completion : client.completions(64)) EXPECT_EQ(completion.result, 0);
  half.back() = linked(nop(1));
  client.submit(half);
  client.submit(half);
  client.submit({nop(2), nop(3)});
  const auto all = client.completions(66);
  ASSERT_EQ(all.size(), 66u);
  for (const auto& completion : all)
    EXPECT_EQ(completion.result, completion.user_data == 3 ? 0 : -EINVAL);
}

TEST_F(CommandRules, AChainHasNoMoreMembersThanCompletionEntries) {
  RawClient client = connect(4);
  client.submit({linked(nop()), linked(nop()), linked(nop()), linked(nop())});
  for (const auto& completion : client.completions(4)) EXPECT_EQ(completion.result, -EINVAL);
  EXPECT_EQ(client.call(nop()).result, -EINVAL) << "its last member";
  EXPECT_EQ(client.call(nop()).result, 0);
}

TEST_F(CommandRules, BuffersReachTheWorkerAsTheCommandSays) {
  const std::string text = "what lies in slot 0";
  ASSERT_EQ(pwrite(memory_.get(), text.data(), text.size(), 100), static_cast<int>(text.size()));
  const UniqueFd target = sealed_memory(4096);
  client_->announce(3, target.get(), 4096);
  geoneuron_command copy = act(fakes::FakeAct::kCopy);
  copy.buffer_count = 2;
  copy.buffers[0] = {2, GEONEURON_ACCESS_READ, 100, text.size()};
  copy.buffers[1] = {3, GEONEURON_ACCESS_WRITE, 0, 4096};
  const geoneuron_completion completion = client_->call(copy);
  EXPECT_EQ(completion.result, 0);
  EXPECT_EQ(completion.value, text.size());
  EXPECT_EQ(text_of(target.get(), text.size()), text);
}

}  // namespace
}  // namespace geoneuron::daemon
