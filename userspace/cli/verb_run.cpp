// SPDX-License-Identifier: MIT
#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/output_folder.hpp"
#include "cli/profile_file.hpp"
#include "cli/progress_bar.hpp"
#include "cli/run_report.hpp"
#include "cli/session.hpp"
#include "cli/tensor_names.hpp"
#include "cli/terminal.hpp"
#include "cli/validator.hpp"
#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

struct RunOptions {
  std::string model;
  InputOptions inputs;
  SessionOptions session;
  std::string keep = "outputs";
  std::string out;
  std::string profile;
  uint32_t repeat = 1;
};

// Runs as often as asked; the first run's tensors go to `folder`.
Result<void> repeat(const RunOptions& options, PerceptionRequest request, Session& session,
                    ProfileFile& profile, OutputFolder& folder, RunReport& report) {
  ProgressBar progress("run", request.keep.size() * options.repeat);
  uint64_t before = 0;
  request.profile = profile.is_wanted();
  if (progress.is_shown())
    request.progress = [&](uint64_t count) { progress.update(before + count, "tensors"); };
  for (uint32_t i = 0; i < options.repeat; ++i) {
    before = i * request.keep.size();
    const auto sink = [&](const std::string& name, const perception::Tensor& tensor) {
      progress.update(before + request.keep.size(), name);
      return i == 0 ? folder.add(name, tensor) : Result<void>();
    };
    auto last = session.run(request, sink);
    if (!last) return with_size_remedy(last.error(), report.inputs);
    GN_TRY(profile.add(session));
    report.last = std::move(*last);
    report.durations_ns.push_back(report.last.duration_ns);
  }
  return {};
}

// What is written beside the names of the tensors: enough to tell two runs apart.
ordered_json manifest_facts(const RunReport& report) {
  return {{"program", "geoneuron " GEONEURON_VERSION},
          {"model", report.model},
          {"device", report.device.id},
          {"inputs", to_json(report.inputs)}};
}

Result<void> tell(const RunOptions& options, const RunReport& report, size_t kept, bool json) {
  if (!json) {
    return print(to_text(report) + "kept: " + std::to_string(kept) +
                 (kept == 1 ? " tensor in " : " tensors in ") + options.out +
                 ", named by manifest.json\n");
  }
  ordered_json text = to_json(report);
  text["out"] = options.out;
  return print(to_text(text));
}

Result<ExitStatus> run(const RunOptions& options, const Invocation& invocation) {
  PerceptionRequest request;
  request.model = GN_TRY(load_model(options.model));
  const perception::Graph& graph = request.model->model.graph;
  RunReport report;
  report.model = options.model;
  request.keep = GN_TRY(keep_set(options.keep, graph));
  OutputFolder folder = GN_TRY(OutputFolder::create(options.out));
  ProfileFile profile = GN_TRY(ProfileFile::create(options.profile));
  report.inputs = GN_TRY(bind_inputs(graph, options.inputs, budget_of(options.session)));
  for (const BoundInput& input : report.inputs) request.inputs[input.name] = input.tensor;
  const auto session = GN_TRY(Session::open(options.session));
  for (const BoundInput& input : report.inputs)
    for (const std::string& line : notes_of(input)) note(line);
  if (options.session.cache && options.repeat > 1)
    note("all runs but the first are answered from the cache: --no-cache computes each");
  report.device = session->device();
  report.device_reason = session->device_reason();
  GN_TRY(repeat(options, request, *session, profile, folder, report));
  GN_TRY(profile.write());
  GN_TRY(folder.commit(manifest_facts(report)));
  GN_TRY(profile.commit());
  GN_TRY(tell(options, report, request.keep.size(), invocation.json));
  return kDone;
}

constexpr const char* kFooter =
    "Each kept tensor becomes DIR/NAME.npy, with every character of its name outside A-Za-z0-9_.-\n"
    "replaced by '_'; DIR/manifest.json maps names to files. DIR changes only when all went well.\n"
    "Examples:\n"
    "  geoneuron run digits.onnx --input digit.png --out out\n"
    "  geoneuron run net.onnx --input x=photo.jpg --shape x=1,3,640,640 --keep all --out out\n"
    "  geoneuron run net.onnx --input x.npy --keep 'conv*,logits' --device lavapipe --out out\n"
    "  geoneuron run net.onnx --input x.npy --repeat 20 --no-cache --json --out out\n"
    "  geoneuron run net.onnx --input x.npy --profile trace.json --out out";

}  // namespace

void add_run_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* verb = app.add_subcommand("run", "Run a network and keep what its neurons do");
  verb->add_option("MODEL", options->model, "The network, an .onnx file")->required();
  add_input_options(*verb, options->inputs);
  verb->add_option("--keep", options->keep,
                   "all, outputs, or names, globs and #numbers separated by commas")
      ->type_name("NAMES")
      ->capture_default_str();
  verb->add_option("--out", options->out, "Folder for the kept tensors")
      ->check(validator(check_folder))
      ->type_name("DIR")
      ->required();
  add_device_options(*verb, options->session);
  add_cache_option(*verb, options->session);
  add_profile_option(*verb, options->profile);
  verb->add_option("--repeat", options->repeat,
                   "Run so often; times are told of each, tensors written of the first")
      ->check(whole_number(1, 1'000'000))
      ->type_name("1..1000000")
      ->capture_default_str();
  add_json_option(*verb, invocation);
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [&, options] { return run(*options, invocation); }; });
}

}  // namespace geoneuron::cli
