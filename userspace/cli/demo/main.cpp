// SPDX-License-Identifier: MIT
// geoneuron-demo: turns trained networks and pictures into pictures of what their neurons do, and a
// web page that shows them.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/file.hpp"
#include "base/printable.hpp"
#include "cli/demo/daemon_scene.hpp"
#include "cli/demo/index_page.hpp"
#include "cli/demo/places.hpp"
#include "cli/folder_draft.hpp"
#include "cli/interrupt.hpp"

namespace geoneuron::cli::demo {
namespace {

struct Options {
  std::string out = "out/demo";
  std::string digits;    // digits.onnx, digit_5.png; "" = the project's
  std::string networks;  // detector.onnx; "" = where `./dev models` leaves it
};

constexpr const char* kIndex = "index.html";

constexpr const char* kUsage =
    "usage: geoneuron-demo [--out DIR] [--digits DIR] [--networks DIR]\n"
    "  --out DIR       where pictures and index.html go (out/demo)\n"
    "  --digits DIR    folder of digits.onnx and digit_5.png (the project's models)\n"
    "  --networks DIR  folder of detector.onnx, fetched by `./dev models` (the project's\n"
    "                  .cache/models)\n";

// What is wrong with the arguments; "" for nothing.
std::string parse(int count, char** arguments, Options& options) {
  for (int i = 1; i < count; i += 2) {
    std::string* value = nullptr;
    if (std::strcmp(arguments[i], "--out") == 0) value = &options.out;
    if (std::strcmp(arguments[i], "--digits") == 0) value = &options.digits;
    if (std::strcmp(arguments[i], "--networks") == 0) value = &options.networks;
    const std::string option = arguments[i];
    if (value == nullptr) return "there is no option '" + option + "'";
    if (i + 1 == count || *arguments[i + 1] == 0) return option + " must name a folder";
    *value = arguments[i + 1];
  }
  return "";
}

// The folder of `file`: `given`, or one of the project's.
Result<std::string> find(const std::string& file, const std::string& given,
                         const std::string& folder) {
  return folder_with(file, given.empty() ? places_of(folder) : std::vector{given});
}

std::string device_line(const Device& device) {
  std::string line = device.id + ": " + device.name;
  if (device.threads > 0)
    line += ", " + std::to_string(device.threads) + (device.threads == 1 ? " thread" : " threads");
  if (!device.driver.empty()) line += " (" + device.driver + ")";
  return line;
}

Result<void> run(const Options& options) {
  const auto digits = find("digits.onnx", options.digits, "models");
  if (!digits)
    return make_error(digits.error().code, "%s; name its folder with --digits DIR",
                      digits.error().message.c_str());
  const auto networks = find("detector.onnx", options.networks, ".cache/models");
  if (!networks && !options.networks.empty())
    return make_error(networks.error().code,
                      "--networks: %s; `./dev models` fetches it into .cache/models",
                      networks.error().message.c_str());
  FolderDraft out = GN_TRY(FolderDraft::create(options.out));
  EngineList list = GN_TRY(open_engines());
  IndexPage page;
  for (const Engine& engine : list.engines) {
    page.devices.push_back(device_line(engine.device));
    std::printf("%s\n", page.devices.back().c_str());
  }
  if (!list.missing.empty()) {
    page.notes.push_back("No Vulkan device: " + list.missing + ".");
    std::printf("%s\n", page.notes.back().c_str());
  }
  Studio studio(list.engines, out.path());
  page.scenes.push_back(GN_TRY(make_digits_scene(studio, *digits)));
  if (networks) {
    page.scenes.push_back(GN_TRY(make_page_scene(studio, *networks)));
  } else {
    page.notes.push_back("Skipped: the text detector on a page; " + networks.error().message +
                         " (`./dev models` fetches it, with npm).");
    std::printf("%s\n", page.notes.back().c_str());
  }
  GN_TRY(write_file(out.path() / kIndex, to_html(page)));
  GN_TRY(out.commit(kIndex, {}));
  GN_TRY(show_daemon(*digits));
  const auto index = std::filesystem::absolute(out.target() / kIndex);
  std::printf("%s\n", index.lexically_normal().c_str());
  return {};
}

bool is_help(const char* argument) {
  return std::strcmp(argument, "--help") == 0 || std::strcmp(argument, "-h") == 0;
}

}  // namespace
}  // namespace geoneuron::cli::demo

int main(int count, char** arguments) {
  using namespace geoneuron::cli::demo;
  Options options;
  if (std::any_of(arguments + 1, arguments + count, is_help)) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (const std::string wrong = parse(count, arguments, options); !wrong.empty()) {
    std::fprintf(stderr, "geoneuron-demo: %s; see --help\n", geoneuron::printable(wrong).c_str());
    return 2;
  }
  geoneuron::cli::watch_interrupts();
  const auto result = run(options);
  if (result.has_value()) return 0;
  const std::string sentence = geoneuron::printable(result.error().message);
  std::fprintf(stderr, "geoneuron-demo: %s\n", sentence.c_str());
  return 1;
}
