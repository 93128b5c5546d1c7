// SPDX-License-Identifier: MIT
#include "perception/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perception/operands.hpp"

namespace geoneuron::perception {
namespace {

using ::testing::HasSubstr;

Attributes attributes(std::initializer_list<std::pair<const char*, Attribute>> list) {
  Attributes result;
  for (const auto& [name, value] : list) result.set(name, value);
  return result;
}

TEST(Window, ConvolutionTakesItsKernelFromTheWeights) {
  const Window window =
      convolution_window(attributes({{"pads", ints({1, 2, 1, 0})}, {"strides", ints({2, 1})}}),
                         {1, 3, 9, 8}, {4, 3, 3, 3})
          .value();
  EXPECT_EQ(window.output_extents(), ints({5, 8}));
  EXPECT_EQ(window.axes[1].pad_begin, 2);
  EXPECT_EQ(window.axes[1].pad_end, 0);
  EXPECT_EQ(window.kernel_elements(), 9);
}

TEST(Window, SamePaddingPutsTheOddElementWhereAsked) {
  const auto axis = [](const char* mode) {
    return pool_window(attributes({{"auto_pad", std::string(mode)},
                                   {"kernel_shape", ints({2})},
                                   {"strides", ints({1})}}),
                       {1, 1, 5})
        .value()
        .axes[0];
  };
  EXPECT_EQ(axis("SAME_UPPER").pad_end, 1);
  EXPECT_EQ(axis("SAME_LOWER").pad_begin, 1);
  EXPECT_EQ(axis("VALID").output, 4);
}

TEST(Window, CeilModeDropsAWindowThatStartsInThePadding) {
  const auto output = [](int64_t input, int64_t pad) {
    return pool_window(attributes({{"ceil_mode", int64_t{1}},
                                   {"kernel_shape", ints({2})},
                                   {"pads", ints({pad, pad})},
                                   {"strides", ints({3})}}),
                       {1, 1, input})
        .value()
        .axes[0]
        .output;
  };
  EXPECT_EQ(output(4, 0), 2);
  // The third window would start at 6, beyond the five elements and one pad.
  EXPECT_EQ(output(5, 1), 2);
}

TEST(Window, TransposedOutputShapeDecidesThePadding) {
  const Window window =
      transposed_window(attributes({{"output_shape", ints({10, 8})}, {"strides", ints({3, 2})}}),
                        {1, 1, 3, 3}, {1, 2, 3, 3})
          .value();
  EXPECT_EQ(window.output_extents(), ints({10, 8}));
  EXPECT_EQ(window.axes[0].pad_begin, 0);
  EXPECT_EQ(window.axes[0].pad_end, -1);
}

TEST(Window, NamesTheAttributeThatIsWrong) {
  const auto message = [](const char* name, Attribute value) {
    return pool_window(attributes({{"kernel_shape", ints({2, 2})}, {name, std::move(value)}}),
                       {1, 1, 5, 5})
        .error()
        .message;
  };
  EXPECT_EQ(message("kernel_shape", ints({0, 3})),
            "kernel_shape [0,3]: must be positive and at most 1048576");
  EXPECT_THAT(message("strides", ints({1})), HasSubstr("strides [1]: must have 2 values"));
  EXPECT_THAT(message("pads", ints({0, 0, -1, 0})), HasSubstr("must be non-negative"));
  EXPECT_THAT(message("dilations", ints({1, int64_t{1} << 40})), HasSubstr("at most 1048576"));
  EXPECT_THAT(message("auto_pad", std::string("SAME")), HasSubstr("auto_pad \"SAME\""));
  EXPECT_THAT(message("kernel_shape", ints({6, 1})), HasSubstr("larger than the padded input"));
}

TEST(Window, RefusesAKernelShapeThatTheWeightsContradict) {
  const auto window =
      convolution_window(attributes({{"kernel_shape", ints({5, 5})}}), {1, 1, 8, 8}, {1, 1, 3, 3});
  EXPECT_EQ(window.error().message, "kernel_shape [5,5]: must be the weights' [3,3]");
}

}  // namespace
}  // namespace geoneuron::perception
