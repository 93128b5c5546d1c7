// SPDX-License-Identifier: MIT
#include "views/parameters.hpp"

#include <gmock/gmock.h>

namespace geoneuron::views {
namespace {

const std::vector<ViewParameter> kKnown{
    ViewParameter::choice("scope", "layer", {"map", "layer", "model"}, "what shares limits"),
    ViewParameter::integer("scale", "auto", 1, 64, "pixels per element", {"auto"}),
    ViewParameter::number("opacity", "0.5", 0, 1, "of the map over the image"),
    ViewParameter::text("title", "", "above the picture"),
};

std::string error_of(const std::map<std::string, std::string>& given) {
  const auto parameters = ViewParameters::parse(kKnown, given);
  return parameters ? "" : parameters.error().message;
}

TEST(ViewParameters, FillsInDefaults) {
  const ViewParameters parameters = ViewParameters::parse(kKnown, {}).value();
  EXPECT_TRUE(parameters.is("scope", "layer"));
  EXPECT_EQ(parameters.integer("scale"), std::nullopt);
  EXPECT_EQ(parameters.number("opacity"), 0.5);
  EXPECT_EQ(parameters.text("title"), "");
}

TEST(ViewParameters, TakesGivenValues) {
  const ViewParameters parameters =
      ViewParameters::parse(kKnown, {{"scale", "3"}, {"opacity", "1e-1"}, {"title", "x y"}})
          .value();
  EXPECT_EQ(parameters.integer("scale"), 3);
  EXPECT_EQ(parameters.number("opacity"), 0.1);
  EXPECT_EQ(parameters.text("title"), "x y");
}

TEST(ViewParameters, NamesNearestForAnUnknownOne) {
  EXPECT_EQ(error_of({{"scal", "1"}}),
            "parameter scal: unknown; must be one of scope, scale, opacity or title; did you mean "
            "scale?");
}

TEST(ViewParameters, SaysWhatAChoiceAllows) {
  EXPECT_EQ(error_of({{"scope", "modle"}}),
            "parameter scope: \"modle\": must be map, layer or model; did you mean model?");
}

TEST(ViewParameters, SaysWhatANumberAllows) {
  EXPECT_EQ(error_of({{"scale", "65"}}),
            "parameter scale: \"65\": must be auto or a whole number from 1 to 64");
  EXPECT_EQ(error_of({{"opacity", "2"}}), "parameter opacity: \"2\": must be a number from 0 to 1");
  for (const char* bad : {"", "1.5", "2x", " 2", "99999999999999999999"})
    EXPECT_NE(error_of({{"scale", bad}}), "") << bad;
  for (const char* bad : {"nan", "inf", "-0.1", "half"})
    EXPECT_NE(error_of({{"opacity", bad}}), "") << bad;
}

}  // namespace
}  // namespace geoneuron::views
