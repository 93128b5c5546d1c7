// SPDX-License-Identifier: MIT
#include "cli/pass_measurement.hpp"

#include <gtest/gtest.h>

#include "perception/algorithmic_optimizer.hpp"

namespace geoneuron::cli {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// A network of nine nodes of five seconds each, of which the first pass folds eight, and no other
// pass finds anything.
PerceptionReport report_of(size_t pass_count) {
  PerceptionReport report;
  report.duration_ns = (pass_count == 0 ? 45 : 5) * kSecond;
  report.nodes.push_back({"y", "Add", "cpu", "loop", report.duration_ns});
  const std::string folding(perception::pass_names()[0]);
  if (pass_count > 0)
    for (int i = 0; i < 8; ++i) report.passes.push_back({folding, "c", "folded", -4, -16});
  return report;
}

TEST(PassMeasurement, TellsWhatEachPassSaves) {
  const PassMeasurement measured =
      measure_passes([](size_t pass_count) { return Result(report_of(pass_count)); }, 3).value();
  ASSERT_EQ(measured.passes.size(), perception::pass_names().size());
  EXPECT_EQ(measured.passes[0].pass, "constant folding");
  EXPECT_EQ(measured.passes[0].changes, 8u);
  EXPECT_EQ(measured.passes[0].predicted_operations, -32);
  EXPECT_EQ(measured.passes[0].saved_ns.value(), 40'000'000'000);
  EXPECT_FALSE(measured.passes[1].saved_ns.has_value());
  EXPECT_EQ(measured.plain_ns, 45 * kSecond);
  EXPECT_EQ(measured.optimized_ns, 5 * kSecond);
  ASSERT_EQ(measured.nodes.size(), 1u);
  EXPECT_EQ(measured.nodes[0].node, "y");
}

// After the first two runs, which are not timed, the next four take a hundred times as long as they
// should. Of runs in blocks, nearly all of the plain network's would be among them.
TEST(PassMeasurement, IsNotMisledByABusyMoment) {
  size_t runs = 0;
  const auto run = [&](size_t pass_count) {
    PerceptionReport report = report_of(pass_count);
    ++runs;
    if (runs > 2 && runs <= 6) report.duration_ns *= 100;
    return Result(report);
  };
  const PassMeasurement measured = measure_passes(run, 5).value();
  EXPECT_EQ(measured.plain_ns, 45 * kSecond);
  EXPECT_EQ(measured.optimized_ns, 5 * kSecond);
  EXPECT_EQ(measured.passes[0].saved_ns.value(), 40'000'000'000);
}

TEST(PassMeasurement, EndsWhereARunFails) {
  const auto run = [](size_t) -> Result<PerceptionReport> { return make_error(ENODEV, "lost"); };
  EXPECT_EQ(measure_passes(run, 1).error().code, ENODEV);
}

}  // namespace
}  // namespace geoneuron::cli
