// SPDX-License-Identifier: MIT
#include "policy/bans.hpp"

#include <gtest/gtest.h>

namespace geoneuron::policy {
namespace {

constexpr ClientId kClient{1};
const BanLimits kLimits{.first_ns = 100, .longest_ns = 400, .clients = 3};

TEST(Bans, EndByThemselves) {
  Bans bans(kLimits);
  EXPECT_EQ(bans.banned_until(kClient, 1000), 0u);
  EXPECT_EQ(bans.punish(kClient, 1000), 1100u);
  EXPECT_EQ(bans.banned_until(kClient, 1099), 1100u);
  EXPECT_EQ(bans.banned_until(kClient, 1100), 0u);
  EXPECT_EQ(bans.banned_until(ClientId{2}, 1000), 0u);
}

TEST(Bans, DoubleUpToTheLongest) {
  Bans bans(kLimits);
  EXPECT_EQ(bans.punish(kClient, 1000), 1100u);
  EXPECT_EQ(bans.punish(kClient, 1100), 1300u);
  EXPECT_EQ(bans.punish(kClient, 1300), 1700u);
  EXPECT_EQ(bans.punish(kClient, 1700), 2100u);
}

TEST(Bans, NeverEndSoonerForASecondOne) {
  Bans bans(kLimits);
  bans.punish(kClient, 1000);
  EXPECT_EQ(bans.punish(kClient, 1001), 1201u);
}

TEST(Bans, AreForgivenStepByStep) {
  Bans bans(kLimits);
  bans.punish(kClient, 1000);
  bans.punish(kClient, 1100);                        // until 1300, for 200
  EXPECT_EQ(bans.punish(kClient, 1500), 1700u);      // clean for 200: one step back, one forth
  EXPECT_EQ(bans.punish(kClient, 10'000), 10'100u);  // all forgiven
}

TEST(Bans, AreForgottenWhenForgiven) {
  Bans bans(kLimits);
  bans.punish(kClient, 1000);
  bans.punish(ClientId{2}, 5000);
  EXPECT_EQ(bans.size(), 1u);
}

TEST(Bans, KeepTheLongestWhenThereAreTooMany) {
  Bans bans(kLimits);
  for (uint64_t client = 1; client <= 4; ++client) bans.punish(ClientId{client}, 1000 + client);
  EXPECT_EQ(bans.size(), 3u);
  EXPECT_EQ(bans.banned_until(kClient, 1005), 0u);
  EXPECT_NE(bans.banned_until(ClientId{4}, 1005), 0u);
}

TEST(Bans, GoWithTheirClient) {
  Bans bans(kLimits);
  bans.punish(kClient, 1000);
  bans.forget(kClient);
  EXPECT_EQ(bans.banned_until(kClient, 1001), 0u);
}

}  // namespace
}  // namespace geoneuron::policy
