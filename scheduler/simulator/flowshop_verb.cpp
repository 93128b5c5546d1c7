// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/printable.hpp"
#include "policy/timeline/makespan_search.hpp"
#include "simulator/flowshop_file.hpp"
#include "simulator/thread_clock.hpp"
#include "simulator/verb.hpp"

namespace geoneuron::simulator {
namespace {

struct FlowshopOptions {
  std::vector<std::string> files;
  uint64_t budget_us = 500;
  uint64_t seed = 1;
};

int32_t solve(const policy::FlowShop& shop, const FlowshopOptions& options) {
  policy::MakespanSearch search(shop.jobs, shop.machines);
  const std::function<uint64_t()> now = thread_time_ns;
  policy::Pace pace({.now = &now, .deadline_ns = now() + options.budget_us * 1000});
  search.begin(shop, options.seed, pace);
  search.improve(pace);
  return search.makespan();
}

// All files are read before the first is solved: a malformed one then has no effect.
Result<void> run(const FlowshopOptions& options, bool json) {
  std::vector<policy::FlowShop> shops;
  for (const std::string& file : options.files) shops.push_back(GN_TRY(read_flowshop(file)));
  for (size_t i = 0; i < shops.size(); ++i) {
    const int32_t makespan = solve(shops[i], options);
    const std::string& file = options.files[i];
    if (!json) {
      GN_TRY(print(printable(file) + ": " + std::to_string(makespan) + "\n"));
      continue;
    }
    const nlohmann::ordered_json line = {{"file", file}, {"makespan", makespan}};
    GN_TRY(print(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
  }
  return {};
}

}  // namespace

void add_flowshop_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb =
      app.add_subcommand("flowshop", "Order the jobs of flow shops for a short makespan");
  const auto options = std::make_shared<FlowshopOptions>();
  verb->add_option("FILE", options->files,
                   "Flow shops: `jobs machines`, then one row of times per machine; # begins a "
                   "comment")
      ->required();
  verb->add_option("--budget-us", options->budget_us,
                   "Microseconds of this thread's computing time for each file")
      ->check(CLI::Range(uint64_t{0}, uint64_t{3'600'000'000}))
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Seed of the search's chances")->capture_default_str();
  add_json_option(*verb, invocation);
  verb->footer(
      "Prints for each file the makespan that was found; with --json a line\n"
      "{\"file\":..,\"makespan\":..} for each, in the order of the files.");
  verb->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return run(*options, invocation.json); };
  });
}

}  // namespace geoneuron::simulator
