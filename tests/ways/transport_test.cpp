// SPDX-License-Identifier: MIT
// How commands travel: chains, failures, CANCEL, completions, buffers and handles.
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "ways/ways_fixture.hpp"

namespace geoneuron::ways {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

using Transport = WaysTest;

auto results(int result) {
  return Each(Field(&geoneuron_completion::result, result));
}

// Breaks a rule of its opcode, so that it is the daemon that refuses it.
geoneuron_command bad_nop(uint64_t user_data) {
  geoneuron_command command = nops(1, user_data)[0];
  command.payload_bytes = 8;
  return command;
}

std::vector<int> results_by_user_data(const std::vector<geoneuron_completion>& completions) {
  std::vector<int> sorted(completions.size(), 1);
  for (const auto& one : completions) sorted.at(one.user_data - 1) = one.result;
  return sorted;
}

TEST_F(Transport, SaysWhatItIs) {
  const Connection connection = open();
  geoneuron_info info{};
  ASSERT_EQ(connection.info(info), 0);
  EXPECT_EQ(info.abi_version, uint32_t{GEONEURON_ABI_VERSION});
  EXPECT_EQ(info.server_attached, 1u);
  EXPECT_GE(info.highest_class, uint32_t{GEONEURON_CLASS_NORMAL});
  EXPECT_GT(info.max_commands, 0u);
}

TEST_F(Transport, EachCommandIsAnsweredOnce) {
  const Connection connection = open(256);
  std::set<uint64_t> users, ids;
  for (const auto& one : answers(connection, nops(256))) {
    EXPECT_EQ(one.result, 0);
    EXPECT_EQ(one.flags, 0u);
    users.insert(one.user_data);
    ids.insert(one.command_id);
  }
  EXPECT_EQ(users.size(), 256u);
  EXPECT_EQ(ids.size(), 256u);
  EXPECT_EQ(connection.wait(1, 0), 0) << "nothing is outstanding, so nothing is waited for";
}

TEST_F(Transport, ChainsRunInOrder) {
  const Connection connection = open(64);
  const auto done = answers(connection, linked(nops(64)));
  for (size_t i = 0; i < done.size(); ++i) {
    EXPECT_EQ(done[i].user_data, i + 1);
    EXPECT_EQ(done[i].result, 0);
  }
}

TEST_F(Transport, WhatFailsEndsTheRestOfItsChain) {
  const Connection connection = open();
  auto commands = nops(4);
  commands[1] = bad_nop(2);
  const auto done = answers(connection, linked(commands));
  EXPECT_THAT(results_by_user_data(done), ElementsAre(0, -EINVAL, -ECANCELED, -ECANCELED));
  for (const auto& one : done) {
    if (one.user_data != 2) continue;
    EXPECT_THAT(why(connection, one), HasSubstr("NOP"));
  }
}

TEST_F(Transport, AChainThatIsTooLongIsRefusedWhole) {
  const Connection connection = open(8);
  const auto commands = linked(nops(9));
  std::vector<geoneuron_completion> all;
  for (size_t sent = 0; sent < commands.size();) {
    const int accepted = connection.submit(std::span(commands).subspan(sent));
    ASSERT_GT(accepted, 0) << geoneuron_error();
    sent += static_cast<size_t>(accepted);
    for (const auto& one : completions(connection, static_cast<uint32_t>(accepted)))
      all.push_back(one);
  }
  EXPECT_EQ(all.size(), 9u);
  EXPECT_THAT(all, results(-EINVAL));
}

TEST_F(Transport, AChainWithoutEndIsRefused) {
  const Connection connection = open();
  auto commands = linked(nops(3));
  commands.back().flags |= GEONEURON_COMMAND_LINK;
  EXPECT_THAT(answers(connection, commands), results(-EINVAL));
}

TEST_F(Transport, OtherCommandsGoOnBesideAFailedOne) {
  const Connection connection = open();
  auto commands = nops(3);
  commands[1] = bad_nop(2);
  EXPECT_THAT(results_by_user_data(answers(connection, commands)), ElementsAre(0, -EINVAL, 0));
}

TEST_F(Transport, CancelFindsNothingWhereNothingIs) {
  const Connection connection = open();
  geoneuron_cancel answer{};
  EXPECT_EQ(connection.cancel(77, &answer), -ENOENT);
  EXPECT_EQ(answer.not_found, 1u);
  answers(connection, nops(1, 77));
  EXPECT_EQ(connection.cancel(77), -ENOENT);
}

// However far a command is when it is cancelled, it is answered once, and as CANCEL says.
TEST_F(Transport, WhatIsCancelledIsAnsweredOnce) {
  const Connection connection = open(256);
  for (int round = 0; round < 8; ++round) {
    const auto commands = nops(256);
    ASSERT_EQ(connection.submit(commands), 256);
    geoneuron_cancel answer{};
    const int found = connection.cancel(256, &answer);
    EXPECT_EQ(found == -ENOENT, answer.cancelled + answer.requested == 0);
    const auto done = completions(connection, 256);
    const auto last = results_by_user_data(done).back();
    EXPECT_TRUE(last == 0 || last == -ECANCELED);
    EXPECT_TRUE(answer.cancelled == 0 || last == -ECANCELED);
    EXPECT_TRUE(found == 0 || last == 0);
  }
}

TEST_F(Transport, PollFdTellsOfCompletions) {
  const Connection connection = open();
  pollfd entry{connection.poll_fd(), POLLIN, 0};
  ASSERT_GE(entry.fd, 0);
  ASSERT_EQ(connection.submit(nops(1)), 1);
  std::vector<geoneuron_completion> taken(1);
  int reaped = 0;
  while (reaped == 0) {
    ASSERT_EQ(poll(&entry, 1, 120'000), 1);
    reaped = connection.reap(taken);
  }
  EXPECT_EQ(taken[0].result, 0);
}

TEST_F(Transport, CompletionsThatNobodyReadsKeepTheirPlaces) {
  const Connection connection = open(8);
  EXPECT_EQ(connection.submit(nops(12)), 8);
  EXPECT_EQ(connection.wait(8, kPatienceNs), 0);
  EXPECT_EQ(connection.submit(nops(1, 20)), -EAGAIN);
  EXPECT_THAT(completions(connection, 8), results(0));
  EXPECT_THAT(answers(connection, nops(8)), results(0));
}

TEST_F(Transport, HandlesThatAreNotThereAreToldOf) {
  const Connection connection = open();
  auto commands = nops(1);
  commands[0].buffer_count = 1;
  commands[0].buffers[0] = {
      .handle = 4711, .access = GEONEURON_ACCESS_READ, .offset = 0, .length = 1};
  const auto done = answers(connection, commands);
  EXPECT_EQ(done[0].result, -ENOENT);
  EXPECT_THAT(why(connection, done[0]), Not(""));
}

TEST_F(Transport, DestroyedBuffersAreNotThere) {
  const Connection connection = open();
  auto commands = nops(1);
  {
    const Buffer gone = buffer(connection, 4096);
    ASSERT_EQ(geoneuron_command_use(&commands[0], gone.get(), GEONEURON_ACCESS_READ, 0, 0), 0);
  }
  EXPECT_EQ(answers(connection, commands)[0].result, -ENOENT);
}

TEST_F(Transport, BrokenRulesOfCommandsAreEinval) {
  const Connection connection = open();
  const Buffer memory = buffer(connection, 4096);
  const geoneuron_buffer_use whole = {memory.handle(), GEONEURON_ACCESS_READ, 0, 4096};
  auto commands = nops(8);
  commands[0].flags |= 0x80;
  commands[1].priority_class = GEONEURON_CLASSES;
  commands[2].reserved = 1;
  commands[3].buffer_count = GEONEURON_COMMAND_BUFFERS + 1;
  commands[4].payload_bytes = GEONEURON_PAYLOAD_BYTES + 1;
  commands[5].buffers[0] = whole;  // of a slot that is not used
  commands[6].buffer_count = 1;
  commands[6].buffers[0] = whole;
  commands[6].buffers[0].offset = 1;  // past the end
  commands[7].buffer_count = 1;
  commands[7].buffers[0] = whole;
  commands[7].buffers[0].access = 4;
  EXPECT_THAT(answers(connection, commands), results(-EINVAL));
}

TEST_F(Transport, BrokenRulesOfRequestsHaveSentences) {
  const Connection connection = open();
  std::vector<geoneuron_command> commands(4);
  for (uint64_t i = 0; i < 4; ++i) {
    ASSERT_EQ(geoneuron_command_release(&commands[i], 1), 0);
    commands[i].user_data = i + 1;
  }
  auto change = [](geoneuron_command& command, const auto& how) {
    geoneuron_request request;
    std::memcpy(&request, command.payload, sizeof request);
    how(request);
    std::memcpy(command.payload, &request, sizeof request);
  };
  commands[0].opcode = 99;
  change(commands[1], [](geoneuron_request& request) { request.flags = 0x40; });
  change(commands[2], [](geoneuron_request& request) { request.device = 999; });
  change(commands[3], [](geoneuron_request& request) { request.report_slot = 3; });
  const auto done = answers(connection, commands);
  EXPECT_THAT(results_by_user_data(done), ElementsAre(-EINVAL, -EINVAL, -ENODEV, -EINVAL));
  const char* const words[] = {"opcode 99", "flags", "device 999", "report_slot"};
  for (const auto& one : done)
    EXPECT_THAT(why(connection, one), HasSubstr(words[one.user_data - 1]));
}

}  // namespace
}  // namespace geoneuron::ways
