// SPDX-License-Identifier: MIT
#include "base/nearest_names.hpp"

#include <gmock/gmock.h>

namespace geoneuron {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kNames{"viridis", "cividis", "diverging", "grey"};

TEST(NearestNames, PutsTheNearestFirst) {
  EXPECT_THAT(nearest_names("vividis", kNames), ElementsAre("viridis", "cividis"));
}

TEST(NearestNames, CountsASwapOfNeighboursAsOneEdit) {
  EXPECT_THAT(nearest_names("gery", kNames), ElementsAre("grey"));
}

TEST(NearestNames, FindsANameByAPartOfIt) {
  EXPECT_THAT(nearest_names("verg", kNames), ElementsAre("diverging"));
}

TEST(NearestNames, LeavesFarOffNamesOut) {
  EXPECT_THAT(nearest_names("rainbow", kNames), IsEmpty());
  EXPECT_EQ(did_you_mean("rainbow", kNames), "");
}

TEST(NearestNames, MakesAQuestion) {
  EXPECT_EQ(did_you_mean("vividis", kNames), "; did you mean viridis or cividis?");
}

}  // namespace
}  // namespace geoneuron
