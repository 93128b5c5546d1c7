// SPDX-License-Identifier: MIT
#include "views/caption_row.hpp"

#include <gtest/gtest.h>

namespace geoneuron::views {
namespace {

constexpr uint32_t kCanvas = 1000;
// Tight and wide gaps in turns, as a network with thin links has them.
const std::vector<uint32_t> kMiddles{40, 100, 200, 260, 320, 500, 560, 950};

struct Span {
  double left, right;
};

Span span_of(const CaptionPlace& place) {
  return {place.middle - place.width / 2.0, place.middle + place.width / 2.0};
}

TEST(CaptionRow, CaptionsOfARowNeverTouch) {
  for (const uint32_t rows : {1u, 2u}) {
    const auto places = place_captions(kMiddles, kCanvas, rows);
    ASSERT_EQ(places.size(), kMiddles.size());
    for (size_t i = 0; i < places.size(); ++i) {
      EXPECT_EQ(places[i].middle, kMiddles[i]);
      EXPECT_EQ(places[i].row, i % rows);
      EXPECT_GE(span_of(places[i]).left, 0);
      EXPECT_LE(span_of(places[i]).right, kCanvas);
      if (i >= rows) {
        EXPECT_LE(span_of(places[i - rows]).right + 10, span_of(places[i]).left);
      }
    }
  }
}

TEST(CaptionRow, LinesToTheLowerRowPassBetweenTheUpperCaptions) {
  const auto places = place_captions(kMiddles, kCanvas, 2);
  for (const CaptionPlace& upper : places)
    for (const CaptionPlace& lower : places) {
      if (upper.row != 0 || lower.row != 1) continue;
      const bool is_beside =
          lower.middle + 4 < span_of(upper).left || lower.middle > span_of(upper).right + 4;
      EXPECT_TRUE(is_beside) << upper.middle << " " << lower.middle;
    }
}

TEST(CaptionRow, TwoRowsHaveMoreRoom) {
  const auto one = place_captions(kMiddles, kCanvas, 1), two = place_captions(kMiddles, kCanvas, 2);
  for (size_t i = 1; i + 1 < kMiddles.size(); ++i) EXPECT_GT(two[i].width, one[i].width) << i;
}

TEST(CaptionRow, HasAWidthHoweverTightItIs) {
  for (const auto& place : place_captions({10, 11, 12, 13}, 20, 2)) EXPECT_GT(place.width, 0u);
}

}  // namespace
}  // namespace geoneuron::views
