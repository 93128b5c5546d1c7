// SPDX-License-Identifier: MIT
// The kernel's way: how rings are filled and emptied, and what becomes of what is not accepted.
#include <geoneuron/geoneuron.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "client/fake_kernel.hpp"
#include "client/nop.hpp"

namespace geoneuron {
namespace {

using testing::ElementsAre;

constexpr uint16_t kLinked = GEONEURON_COMMAND_LINK | GEONEURON_COMMAND_IDEMPOTENT;

class Kernel : public testing::Test {
 protected:
  Kernel() {
    geoneuron_options options{};
    options.size = sizeof(options);
    options.way = GEONEURON_WAY_KERNEL;
    options.completion_entries = 4;
    EXPECT_EQ(geoneuron_connect(&options, &context), 0) << geoneuron_error();
  }
  ~Kernel() override { geoneuron_disconnect(context); }

  int submit(const std::vector<geoneuron_command>& commands) {
    return geoneuron_context_submit(context, commands.data(),
                                    static_cast<uint32_t>(commands.size()));
  }
  std::vector<uint64_t> accepted() const {
    std::vector<uint64_t> numbers;
    for (const auto& command : kernel.accepted) numbers.push_back(command.user_data);
    return numbers;
  }

  FakeKernel kernel;
  geoneuron_context* context = nullptr;
};

TEST_F(Kernel, IsTakenWhereADaemonServesThroughIt) {
  EXPECT_EQ(geoneuron_context_way(context), GEONEURON_WAY_KERNEL);
  geoneuron_context* automatic = nullptr;
  ASSERT_EQ(geoneuron_connect(nullptr, &automatic), 0) << geoneuron_error();
  EXPECT_EQ(geoneuron_context_way(automatic), GEONEURON_WAY_KERNEL);
  geoneuron_disconnect(automatic);
}

TEST_F(Kernel, CommandsAndCompletionsGoRoundTheRings) {
  for (uint64_t round = 0; round < 10; ++round) {
    EXPECT_EQ(submit({nop(round), nop(round + 100), nop(round + 200)}), 3);
    for (size_t i = 0; i < 3; ++i) kernel.complete(kernel.accepted[3 * round + i], 1, i);
    EXPECT_EQ(geoneuron_context_wait(context, 3, -1), 0);
    geoneuron_completion answers[4];
    ASSERT_EQ(geoneuron_context_reap(context, answers, 4), 3);
    EXPECT_EQ(answers[2].user_data, round + 200);
    EXPECT_EQ(answers[2].value, 2U);
    EXPECT_EQ(kernel.unread(), 0U);
  }
}

TEST_F(Kernel, UnreadCompletionsTakePlacesThoughTheyLeftTheRing) {
  EXPECT_EQ(submit({nop(1), nop(2), nop(3), nop(4), nop(5)}), 4);
  kernel.complete(kernel.accepted[0], 0);
  EXPECT_EQ(geoneuron_context_wait(context, 1, -1), 0);
  EXPECT_EQ(submit({nop(5)}), -EAGAIN);
  geoneuron_completion answer;
  EXPECT_EQ(geoneuron_context_reap(context, &answer, 1), 1);
  EXPECT_EQ(submit({nop(5)}), 1);
}

TEST_F(Kernel, WhatIsNotAcceptedIsTakenBack) {
  kernel.room = 1;
  EXPECT_EQ(submit({nop(1), nop(2)}), 1);
  EXPECT_EQ(kernel.unsubmitted(), 0U);
  kernel.full_error = EDQUOT;
  EXPECT_EQ(submit({nop(3)}), -EDQUOT);
  EXPECT_EQ(kernel.unsubmitted(), 0U);
  kernel.room = 8;
  EXPECT_EQ(submit({nop(4)}), 1);
  EXPECT_THAT(accepted(), ElementsAre(1, 4));
}

TEST_F(Kernel, BannedContextIsToldSo) {
  kernel.room = 0;
  kernel.full_error = EKEYREJECTED;
  EXPECT_EQ(submit({nop(1)}), -EKEYREJECTED);
  EXPECT_THAT(geoneuron_error(), testing::HasSubstr("banned"));
}

TEST_F(Kernel, ChainsAreNeverCut) {
  EXPECT_EQ(submit({nop(1), nop(2, kLinked), nop(3, kLinked), nop(4, kLinked), nop(5)}), 1);
  EXPECT_EQ(submit({nop(2, kLinked), nop(3, kLinked), nop(4)}), 3);
  EXPECT_THAT(kernel.submits, ElementsAre(1, 3));
}

TEST_F(Kernel, RunFinishesWhatWasAcceptedWhereTheRestIsNot) {
  kernel.room = 1;
  kernel.answers_at_once = true;
  const std::vector<geoneuron_command> commands = {nop(1), nop(2)};
  std::vector<geoneuron_completion> answers(2);
  EXPECT_EQ(geoneuron_context_run(context, commands.data(), 2, answers.data()), -EDQUOT);
  EXPECT_EQ(answers[0].value, 5U);
  EXPECT_EQ(answers[0].user_data, 1U);
  EXPECT_EQ(answers[1].result, -ECANCELED);
}

TEST_F(Kernel, BuffersAreMappedAndGivenBack) {
  geoneuron_buffer* buffer = nullptr;
  EXPECT_EQ(geoneuron_buffer_create(context, 5000, &buffer), -EDQUOT);
  ASSERT_EQ(geoneuron_buffer_create(context, 1, &buffer), 0);
  static_cast<char*>(geoneuron_buffer_data(buffer))[4095] = 1;
  EXPECT_EQ(geoneuron_buffer_handle(buffer), 1U);
  geoneuron_buffer_destroy(buffer);
  ASSERT_EQ(geoneuron_buffer_import(context, 0, 0, &buffer), 0);
  EXPECT_EQ(geoneuron_buffer_data(buffer), nullptr);
  EXPECT_EQ(geoneuron_buffer_size(buffer), 123U);
  geoneuron_buffer_destroy(buffer);
  EXPECT_THAT(kernel.destroyed, ElementsAre(1, 77));
}

TEST_F(Kernel, CancelIsTheKernels) {
  geoneuron_cancel answer{};
  EXPECT_EQ(geoneuron_context_cancel(context, 5, &answer), 0);
  EXPECT_EQ(answer.requested, 1U);
}

}  // namespace
}  // namespace geoneuron
