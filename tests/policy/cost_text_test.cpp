// SPDX-License-Identifier: MIT
#include "policy/cost_text.hpp"

#include "policy/steps.hpp"

namespace geoneuron::policy {
namespace {

const DeviceNames kNames = {{kDevice, "llvmpipe (LLVM 15), Mesa 22.3.6"}, {DeviceId{2}, "cpu 1"}};

Costs learned() {
  Costs costs({});
  for (int i = 0; i < 20; ++i) costs.learn({7, kDevice, 3, 1000, 4, false});
  costs.learn({9, kDevice, 1, 123'456'789, 1, false});
  costs.learn({7, DeviceId{2}, 1, 500, 1, false});
  return costs;
}

TEST(CostText, BringsBackWhatWasLearned) {
  const Costs before = learned();
  Costs after({});
  EXPECT_EQ(restore_costs(cost_text(before, kNames), kNames, after), 3u);
  EXPECT_EQ(cost_text(after, kNames), cost_text(before, kNames));
  EXPECT_EQ(after.find(7, kDevice)->predict(30), before.find(7, kDevice)->predict(30));
  EXPECT_EQ(after.find(7, kDevice)->jobs_allowed(), 8u);
}

TEST(CostText, KnowsNothingOfAnotherDriver) {
  Costs after({});
  const DeviceNames other = {{kDevice, "llvmpipe (LLVM 15), Mesa 22.3.7"}, {DeviceId{5}, "cpu 1"}};
  EXPECT_EQ(restore_costs(cost_text(learned(), kNames), other, after), 1u);
  EXPECT_EQ(after.find(9, kDevice), nullptr);
  EXPECT_NE(after.find(7, DeviceId{5}), nullptr);  // the number is another one now
}

TEST(CostText, AllowsNoMoreJobsThanTheLimits) {
  Costs after({.jobs_per_batch = 2});
  restore_costs(cost_text(learned(), kNames), kNames, after);
  EXPECT_EQ(after.find(7, kDevice)->jobs_allowed(), 2u);
}

TEST(CostText, IsMovedByWhatIsMeasuredNext) {
  Costs after({});
  restore_costs(cost_text(learned(), kNames), kNames, after);
  for (int i = 0; i < 5; ++i) after.learn({9, kDevice, 1, 1000, 1, false});
  EXPECT_EQ(after.find(9, kDevice)->predict(1), 1000u);
}

TEST(CostText, PassesOverWhatIsDamaged) {
  const char* const damaged[] = {
      "",
      "\n\n",
      "7 100 0 1 1\n",  // of no device
      "device cpu 1\n7 100 0 1\n",
      "device cpu 1\n7 100 0 1 1 1\n",
      "device cpu 1\nx 100 0 1 1\n",
      "device cpu 1\n0 100 0 1 1\n",
      "device cpu 1\n7 nan 0 1 1\n",
      "device cpu 1\n7 1e300 0 1 1\n",
      "device cpu 1\n7 -5 0 1 1\n",
      "device cpu 1\n7 100 inf 1 1\n",
      "device cpu 1\n7 100 0 0 1\n",
      "device cpu 1\n7 100 0 1 0\n",
      "device cpu 1\n7 100 0 1 4294967296\n",
  };
  for (const char* text : damaged) {
    Costs costs({});
    EXPECT_EQ(restore_costs(text, kNames, costs), 0u) << text;
  }
  const std::string whole = cost_text(learned(), kNames);
  for (size_t length = 0; length < whole.size(); ++length) {
    Costs costs({});
    EXPECT_LE(restore_costs(whole.substr(0, length), kNames, costs), 3u);
  }
}

}  // namespace
}  // namespace geoneuron::policy
