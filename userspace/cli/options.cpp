// SPDX-License-Identifier: MIT
#include "cli/options.hpp"

#include "cli/byte_size.hpp"
#include "cli/validator.hpp"

namespace geoneuron::cli {
namespace {

constexpr const char* kPictures = "How a picture becomes a tensor";
constexpr const char* kDevice = "Where it is computed";

template <typename T>
CLI::Option* add_choice(CLI::App& verb, const std::string& name, std::optional<T>& target,
                        const std::map<std::string, T>& choices, const std::string& description) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (const auto& [word, value] : choices) words.push_back(word);
  const auto set = [&target, choices](const std::string& word) { target = choices.at(word); };
  return verb.add_option_function<std::string>(name, set, description)
      ->check(validator([words](const std::string& text) { return check_word(text, words); }))
      ->type_name("WORD")
      ->group(kPictures);
}

// The form that a picture is brought into.
void add_form_options(CLI::App& verb, ImageTensorOptions& image) {
  add_choice<Resize>(
      verb, "--resize", image.resize,
      {{"stretch", Resize::kStretch}, {"fit", Resize::kFit}, {"crop", Resize::kCrop}},
      "stretch, fit (default; whole picture, centred) or crop (its middle)");
  add_choice<Channels>(
      verb, "--channels", image.channels,
      {{"rgb", Channels::kRgb}, {"bgr", Channels::kBgr}, {"gray", Channels::kGray}},
      "rgb, bgr or gray (default: what the model's input has)");
  add_choice<Layout>(verb, "--layout", image.layout,
                     {{"nchw", Layout::kNchw}, {"nhwc", Layout::kNhwc}},
                     "nchw or nhwc (default: where the model's input has 1 or 3 channels)");
}

// The numbers that its pixels become.
void add_number_options(CLI::App& verb, ImageTensorOptions& image) {
  verb.add_option("--scale", image.scale,
                  "Pixels, 0 to 255, are multiplied by this (default: 1/255 for floats, else 1)")
      ->check(validator(check_finite))
      ->type_name("NUMBER")
      ->group(kPictures);
  verb.add_option("--mean", image.mean, "Then this is subtracted: one number, or one per channel")
      ->delimiter(',')
      ->allow_extra_args(false)  // what follows may be MODEL
      ->check(validator(check_finite))
      ->type_name("A[,B,C]")
      ->group(kPictures);
  verb.add_option("--std", image.deviation, "Then it is divided by this")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(validator(check_divisor))
      ->type_name("A[,B,C]")
      ->group(kPictures);
  verb.add_option("--background", image.background,
                  "Grey level behind transparent pixels and around --resize fit")
      ->check(whole_number(0, 255))
      ->type_name("LEVEL")
      ->default_str(std::to_string(image.background))  // CLI11 would print it as a character
      ->group(kPictures);
}

}  // namespace

void add_json_option(CLI::App& verb, Invocation& invocation) {
  verb.add_flag("--json", invocation.json, "Print the result as JSON, for machines");
}

void add_socket_option(CLI::App& verb, SessionOptions& options) {
  verb.add_option("--socket", options.socket,
                  "The daemon that listens there computes (default: one that runs, else a private "
                  "one)")
      ->check(validator(check_socket))
      ->type_name("PATH")
      ->group(kDevice);
}

void add_device_options(CLI::App& verb, SessionOptions& options) {
  add_socket_option(verb, options);
  verb.add_option("--device", options.device,
                  "auto (hardware Vulkan, else cpu), cpu, vulkan, vulkan:N or lavapipe")
      ->check(validator(check_device))
      ->type_name("DEVICE")
      ->group(kDevice)
      ->capture_default_str();
  verb.add_option("--threads", options.threads,
                  "Cores that the CPU engine of a private daemon uses (default: all)")
      ->check(whole_number(1, 1024))
      ->type_name("1..1024")
      ->group(kDevice);
  const auto set_budget = [&options](const std::string& text) {
    const auto bytes = parse_byte_size(text);
    if (!bytes.has_value()) throw CLI::ValidationError("--budget", bytes.error().message);
    options.budget_bytes = bytes.value();
  };
  verb.add_option_function<std::string>(
          "--budget", set_budget,
          "Most memory that a run may take, device and host, such as 256M or 2G")
      ->type_name("BYTES")
      ->group(kDevice);
  verb.add_flag_callback(
          "--no-optimize", [&options] { options.optimize = false; },
          "Run the network exactly as the file has it")
      ->group(kDevice);
}

void add_cache_option(CLI::App& verb, SessionOptions& options) {
  verb.add_flag_callback(
          "--no-cache", [&options] { options.cache = false; },
          "Compute even what has been computed before")
      ->group(kDevice);
}

void add_profile_option(CLI::App& verb, std::string& profile) {
  verb.add_option("--profile", profile, "Write a trace that Perfetto and chrome://tracing open")
      ->check(validator(check_trace_file))
      ->type_name("FILE");
}

void add_shape_option(CLI::App& verb, std::vector<std::string>& shapes) {
  verb.add_option("--shape", shapes,
                  "Extents of an input that the model leaves open, such as x=1,3,640,640")
      ->check(validator(check_shape))
      ->type_name("[NAME=]N,...")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_input_options(CLI::App& verb, InputOptions& options) {
  verb.add_option("--input", options.inputs,
                  "A .npy, PNG or JPEG file for an input; its name may be left out where the model "
                  "has one")
      ->check(validator(check_input))
      ->type_name("[NAME=]FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_shape_option(verb, options.shapes);
  add_form_options(verb, options.image);
  add_number_options(verb, options.image);
}

}  // namespace geoneuron::cli
