// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/file_draft.hpp"
#include "cli/interrupt.hpp"
#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/profile_file.hpp"
#include "cli/progress_bar.hpp"
#include "cli/run_report.hpp"
#include "cli/session.hpp"
#include "cli/tensor_names.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"
#include "views/png.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

struct RenderOptions {
  std::string model;
  InputOptions inputs;
  SessionOptions session;
  std::string view;
  std::vector<std::string> tensors;     // names, globs, #numbers
  std::vector<std::string> parameters;  // "k=v"
  std::string out;
  std::string profile;
};

Result<std::map<std::string, std::string>> split_parameters(
    const std::vector<std::string>& parameters) {
  std::map<std::string, std::string> result;
  for (const std::string& text : parameters) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid("--param '%s': must be NAME=VALUE", text.c_str());
    if (!result.emplace(text.substr(0, equals), text.substr(equals + 1)).second)
      return invalid("--param %s: is given twice", text.c_str());
  }
  return result;
}

// A picture is a PNG, whatever its file is called: a name that says otherwise would mislead.
// Devices and pipes have no say in their names.
Result<void> check_name(const std::string& out) {
  if (out.empty()) return invalid("--out '': must name a file that ends with .png, or be -");
  const std::filesystem::path path = out;
  std::string extension = path.extension();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::error_code ignored;
  if (out == "-" || extension == ".png" || std::filesystem::is_other(path, ignored)) return {};
  return invalid(
      "--out %s: is written as PNG; its name must end with .png, or be - for standard "
      "output",
      out.c_str());
}

// What can be told of a view without the model.
Result<void> check_view(const RenderOptions& options) {
  const views::ViewDefinition* view = GN_TRY(views::find_view(options.view));
  const auto parameters = GN_TRY(split_parameters(options.parameters));
  const auto parsed =
      GN_TRY(with_context(views::ViewParameters::parse(view->parameters, parameters), view->name));
  return view->check == nullptr ? Result<void>() : with_context(view->check(parsed), view->name);
}

// The view and its parameters are known without the model: what is wrong with them is wrong usage.
Result<void> check_usage(const RenderOptions& options) {
  GN_TRY(check_name(options.out));
  if (const auto checked = check_view(options); !checked)
    return invalid("%s (`geoneuron views` lists views, their parameters and defaults)",
                   checked.error().message.c_str());
  const views::ViewDefinition& view = *views::find_view(options.view).value();
  if (view.takes_one && options.tensors.size() > 1)
    return invalid("--tensor is given %zu times: %s shows one tensor; give it once",
                   options.tensors.size(), view.name.c_str());
  if (!options.tensors.empty() || !view.needs_selection) return {};
  return invalid(
      "--tensor is required by %s: a name, a glob or a #number that `geoneuron inspect "
      "%s` lists",
      options.view.c_str(), options.model.c_str());
}

// Whether it names one of the model's own constants, such as a layer's weights.
bool is_constant(const perception::Graph& graph, const std::string& name) {
  const auto id = graph.find(name);
  return id.has_value() && graph.at(*id).constant.has_value();
}

// What the user chose, each tensor once, in the order of the options. Globs and numbers mean
// activations; constants are chosen by their names.
Result<std::vector<std::string>> selection(const RenderOptions& options,
                                           const perception::Graph& graph) {
  const std::vector<std::string> names = activation_names(graph);
  std::vector<std::string> selected;
  for (const std::string& pattern : options.tensors) {
    std::vector<std::string> matches{pattern};
    if (!is_constant(graph, pattern)) matches = GN_TRY(match_names(pattern, names));
    for (const std::string& name : matches)
      if (std::ranges::find(selected, name) == selected.end()) selected.push_back(name);
  }
  return selected;
}

// The names of what the view reads of the network's inside.
Result<std::set<std::string>> needed_tensors(const views::ViewDefinition& view,
                                             const views::ViewRequest& request) {
  const auto parameters = GN_TRY(views::ViewParameters::parse(view.parameters, request.parameters));
  const auto needed =
      GN_TRY(with_context(view.needs(*request.graph, request.selected, parameters), view.name));
  return std::set<std::string>(needed.begin(), needed.end());
}

// What the network is run on. Some perception there must be for its graph: where the view reads
// nothing of a run, the inputs are kept.
void give_inputs(const std::vector<BoundInput>& inputs, PerceptionRequest& perception,
                 views::ViewRequest& picture) {
  const bool reads_nothing = perception.keep.empty();
  for (const BoundInput& input : inputs) {
    perception.inputs[input.name] = input.tensor;
    if (reads_nothing) perception.keep.insert(input.name);
    if (input.shown && !picture.input_image) picture.input_image = input.shown;
  }
}

// Begun before anything runs, so that a path that cannot be written is told at once; none for
// standard output.
Result<std::optional<FileDraft>> begin_picture(const std::string& out) {
  if (out != "-") return std::optional(GN_TRY(FileDraft::create(out)));
  if (isatty(STDOUT_FILENO) != 0)
    return invalid("--out -: standard output is a terminal; redirect it or name a file");
  return std::optional<FileDraft>();
}

Result<void> finish_picture(std::optional<FileDraft>& file, const views::Image& image) {
  const std::vector<std::byte> png = GN_TRY(views::encode_png(image));
  if (!file) return print(png);
  GN_TRY(file->write(png));
  const InterruptPause pause;
  return file->commit();
}

Result<void> tell(const RenderOptions& options, const views::Image& image,
                  const views::ViewRequest& request, const Session& session, bool json) {
  const std::string size = std::to_string(image.width) + "x" + std::to_string(image.height);
  if (!json) {
    note("picture: " + options.out + ": " + options.view + ", " + size + ", by " +
         session.device().id);
    return {};
  }
  return print(to_text(ordered_json{{"out", options.out},
                                    {"view", options.view},
                                    {"width", image.width},
                                    {"height", image.height},
                                    {"tensors", request.selected},
                                    {"device", session.device().id}}));
}

// With a bar while the network runs.
Result<views::Image> draw(Session& session, PerceptionRequest perception, const std::string& view,
                          const views::ViewRequest& picture) {
  ProgressBar progress("run", perception.keep.size());
  if (progress.is_shown())
    perception.progress = [&](uint64_t count) { progress.update(count, "tensors"); };
  return session.render(perception, view, picture);
}

Result<ExitStatus> render(const RenderOptions& options, const Invocation& invocation) {
  std::optional<FileDraft> picture = GN_TRY(begin_picture(options.out));
  ProfileFile profile = GN_TRY(ProfileFile::create(options.profile));
  const views::ViewDefinition* view = GN_TRY(views::find_view(options.view));
  views::ViewRequest request;
  request.parameters = GN_TRY(split_parameters(options.parameters));
  PerceptionRequest perception;
  perception.model = GN_TRY(load_model(options.model));
  perception.profile = profile.is_wanted();
  request.graph = &perception.model->model.graph;
  request.selected = GN_TRY(selection(options, *request.graph));
  perception.keep = GN_TRY(needed_tensors(*view, request));
  const auto inputs =
      GN_TRY(bind_inputs(*request.graph, options.inputs, budget_of(options.session)));
  const auto session = GN_TRY(Session::open(options.session));
  for (const BoundInput& input : inputs)
    for (const std::string& line : notes_of(input)) note(line);
  give_inputs(inputs, perception, request);
  const auto drawn = draw(*session, perception, options.view, request);
  if (!drawn) return with_size_remedy(drawn.error(), inputs);
  const views::Image& image = *drawn;
  GN_TRY(profile.add(*session));
  GN_TRY(profile.write());
  GN_TRY(finish_picture(picture, image));
  GN_TRY(profile.commit());
  GN_TRY(tell(options, image, request, *session, invocation.json));
  return kDone;
}

constexpr const char* kFooter =
    "`geoneuron views` lists the kinds of pictures and their parameters, `geoneuron inspect "
    "MODEL`\n"
    "the tensors.\n"
    "Examples:\n"
    "  geoneuron render digits.onnx --input digit.png --view activation_map --tensor relu1 "
    "--param overlay=input --out map.png\n"
    "  geoneuron render net.onnx --input x=photo.jpg --view feature_grid --tensor '#12' "
    "--out grid.png\n"
    "  geoneuron render digits.onnx --input digit.png --view neuron_graph --out - > graph.png";

void add_options(CLI::App& verb, RenderOptions& options) {
  verb.add_option("MODEL", options.model, "The network, an .onnx file")->required();
  add_input_options(verb, options.inputs);
  verb.add_option("--view", options.view, "The kind of picture, as in `geoneuron views`")
      ->type_name("KIND")
      ->required();
  verb.add_option("--tensor", options.tensors,
                  "What is looked at: a name (of a weight, too), a glob or #12")
      ->type_name("NAME|GLOB|#N")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--param", options.parameters, "A parameter of the view")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--out", options.out, "The picture, a PNG; - is standard output")
      ->type_name("FILE.png")
      ->required();
  add_device_options(verb, options.session);
  add_profile_option(verb, options.profile);
}

}  // namespace

void add_render_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<RenderOptions>();
  CLI::App* verb = app.add_subcommand("render", "Run a network and draw what its neurons do");
  add_options(*verb, *options);
  add_json_option(*verb, invocation);
  verb->footer(kFooter);
  verb->callback([&, options] {
    if (invocation.json && options->out == "-")
      throw CLI::ValidationError("--json", "cannot share standard output with --out -");
    const auto checked = check_usage(*options);
    if (!checked.has_value()) throw CLI::ValidationError(checked.error().message);
    invocation.action = [&, options] { return render(*options, invocation); };
  });
}

}  // namespace geoneuron::cli
