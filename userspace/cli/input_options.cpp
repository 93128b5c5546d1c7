// SPDX-License-Identifier: MIT
#include "cli/input_options.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/mapped_region.hpp"
#include "base/nearest_names.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "cli/image_file.hpp"
#include "cli/npy.hpp"
#include "perception/model_description.hpp"

namespace geoneuron::cli {
namespace {

using perception::Declaration;
using perception::Shape;
using perception::Tensor;

// One "[NAME=]REST" of the command line.
struct Assignment {
  std::string name, rest;
};

// Names and files may hold '=' themselves: the longest input name before an '=' is taken.
Result<Assignment> split_assignment(const std::string& text, const std::string& option,
                                    const std::vector<std::string>& names) {
  for (size_t at = text.rfind('='); at != std::string::npos && at > 0; at = text.rfind('=', at - 1))
    if (std::ranges::find(names, text.substr(0, at)) != names.end())
      return Assignment{text.substr(0, at), text.substr(at + 1)};
  const size_t equals = text.find('=');
  const bool names_nothing = equals == std::string::npos || text.find('/') < equals;
  if (names_nothing && names.size() == 1) return Assignment{names[0], text};
  if (names_nothing)
    return invalid("%s %s: the model has %zu inputs (%s); write NAME=%s", option.c_str(),
                   text.c_str(), names.size(), joined(names).c_str(), text.c_str());
  const std::string name = text.substr(0, equals);
  return invalid("%s %s: the model has no input '%s'; its inputs are %s", option.c_str(),
                 text.c_str(), name.c_str(), joined(names).c_str());
}

// What the model declares, with the user's extents put in.
Result<Declaration> narrowed(const std::string& name, Declaration declared, const Shape& shape) {
  const auto dimensions =
      declared.dimensions.value_or(std::vector<perception::Dimension>(shape.rank()));
  bool agrees = dimensions.size() == shape.rank();
  for (size_t i = 0; agrees && i < shape.rank(); ++i)
    agrees = dimensions[i].extent.value_or(shape[i]) == shape[i];
  if (!agrees)
    return invalid("--shape %s=%s: the model declares %s", name.c_str(), shape.to_string().c_str(),
                   perception::to_text(declared).c_str());
  declared.dimensions.emplace();
  for (const int64_t extent : shape.extents()) declared.dimensions->push_back({extent, ""});
  return declared;
}

Result<void> check_tensor(const Tensor& tensor, const Declaration& declared) {
  if (declared.type != perception::DataType::kUndefined && declared.type != tensor.type()) {
    const std::string wanted(name_of(declared.type));
    return invalid("holds %s where the model wants %s: convert it with numpy's astype('%s')",
                   std::string(name_of(tensor.type())).c_str(), wanted.c_str(), wanted.c_str());
  }
  if (!declared.dimensions) return {};
  const auto& dimensions = *declared.dimensions;
  bool agrees = dimensions.size() == tensor.shape().rank();
  for (size_t i = 0; agrees && i < dimensions.size(); ++i)
    agrees = dimensions[i].extent.value_or(tensor.shape()[i]) == tensor.shape()[i];
  if (agrees) return {};
  return invalid("has shape %s where the model wants %s: reshape or pad it",
                 tensor.shape().to_string().c_str(), perception::to_text(declared).c_str());
}

bool leaves_open(const Declaration& declared) {
  if (!declared.dimensions) return true;
  return std::ranges::any_of(*declared.dimensions,
                             [](const perception::Dimension& d) { return !d.extent; });
}

void count_non_finite(BoundInput& input) {
  if (!perception::is_floating(input.tensor.type())) return;
  perception::dispatch(input.tensor.type(), [&]<typename T>() {
    for (const T value : input.tensor.values<T>()) {
      const auto number = static_cast<double>(value);
      input.nan_count += std::isnan(number) ? 1 : 0;
      input.infinity_count += std::isinf(number) ? 1 : 0;
    }
  });
}

// A file that is neither a tensor nor a picture, or too large for what it is, is not read whole.
Result<MappedRegion> copy_input(const std::string& file) {
  const UniqueFd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return make_error(errno, "%s: %s", file.c_str(), std::strerror(errno));
  std::array<std::byte, 8> first{};
  const ssize_t count = pread(fd.get(), first.data(), first.size(), 0);
  const std::span<const std::byte> bytes(first.data(), count < 0 ? 0 : static_cast<size_t>(count));
  if (count >= 0 && !looks_like_npy(bytes) && !looks_like_image(bytes))
    return invalid("%s: is neither a .npy, PNG nor JPEG file", file.c_str());
  return MappedRegion::copy_descriptor(
      fd.get(), file, looks_like_image(bytes) ? kMaximumImageFileBytes : kMaximumNpyBytes);
}

Result<void> read_file_into(BoundInput& input, const Declaration& declared,
                            const ImageTensorOptions& options) {
  const MappedRegion region = GN_TRY(copy_input(input.file));
  if (looks_like_image(region.bytes())) {
    const ImageFile file = GN_TRY(with_context(decode_image(region.bytes()), input.file));
    ImageTensor made = GN_TRY(with_context(make_image_tensor(file, declared, options), input.file));
    input.tensor = std::move(made.tensor);
    input.shown = std::move(made.shown);
    input.description = std::move(made.description);
    input.has_own_size = made.has_own_size;
    return {};
  }
  input.tensor = GN_TRY(with_context(parse_npy(region.bytes()), input.file));
  input.description = input.tensor.info().to_string();
  return with_context(check_tensor(input.tensor, declared), input.file);
}

// An input's file and what it must become, before anything is read.
struct PlannedInput {
  const perception::Value& value;
  std::string file;
  Declaration wanted;  // the model's, with --shape put in
};

Result<BoundInput> bind_input(const PlannedInput& planned, const ImageTensorOptions& options) {
  BoundInput input;
  input.name = planned.value.name;
  input.file = planned.file;
  input.declared = planned.value.declared;
  GN_TRY(with_context(read_file_into(input, planned.wanted, options), "input " + input.name));
  count_non_finite(input);
  return input;
}

// The file of every input, by name.
Result<std::map<std::string, std::string>> files_by_name(const std::vector<std::string>& inputs,
                                                         const std::vector<std::string>& names) {
  std::map<std::string, std::string> files;
  for (const std::string& text : inputs) {
    const Assignment assignment = GN_TRY(split_assignment(text, "--input", names));
    if (!files.emplace(assignment.name, assignment.rest).second)
      return invalid("--input %s: input %s is given twice", text.c_str(), assignment.name.c_str());
  }
  return files;
}

}  // namespace

Result<Shape> parse_extents(const std::string& text) {
  const auto malformed = [&] {
    return invalid("'%s' must be extents separated by commas such as 1,3,640,640", text.c_str());
  };
  std::vector<int64_t> extents;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    int64_t extent = 0;
    const auto [rest, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 0) return malformed();
    extents.push_back(extent);
    if (rest == end) return Shape::checked(std::move(extents));
    if (*rest != ',' && *rest != 'x') return malformed();
    at = rest + 1;
  }
  return malformed();
}

Result<std::map<std::string, Shape>> parse_shapes(const std::vector<std::string>& shapes,
                                                  const std::vector<std::string>& input_names) {
  std::map<std::string, Shape> result;
  for (const std::string& text : shapes) {
    const Assignment assignment = GN_TRY(split_assignment(text, "--shape", input_names));
    const Shape shape = GN_TRY(with_context(parse_extents(assignment.rest), "--shape " + text));
    if (!result.emplace(assignment.name, shape).second)
      return invalid("--shape %s: input %s is given two shapes", text.c_str(),
                     assignment.name.c_str());
  }
  return result;
}

Error with_size_remedy(Error error, const std::vector<BoundInput>& inputs) {
  auto open = std::ranges::find_if(inputs, &BoundInput::has_own_size);
  if (open == inputs.end())
    open = std::ranges::find_if(
        inputs, [](const BoundInput& input) { return leaves_open(input.declared); });
  const bool may_be_size = error.code == EINVAL || error.code == ENOMEM || error.code == ENOTSUP;
  if (open == inputs.end() || !may_be_size) return error;
  const std::string shape = open->tensor.shape().to_string();
  const std::string option = "--shape " + open->name + "=N,...";
  error.message += "; input " + open->name;
  if (open->has_own_size)
    error.message += " has the picture's own size, " + shape +
                     ": where the network needs another, give " + option +
                     " with extents that it takes; --resize says how the picture becomes that";
  else
    error.message += " is " + shape + ", for the model leaves extents open (" +
                     perception::to_text(open->declared) + "): where the network needs others, " +
                     (open->shown ? "give " + option + " with extents that it takes"
                                  : "give a tensor of those; `geoneuron inspect` with " + option +
                                        " tells whether it takes them");
  return error;
}

namespace {

Result<std::vector<PlannedInput>> plan_inputs(const perception::Graph& graph,
                                              const InputOptions& options) {
  std::vector<std::string> names;
  for (const perception::ValueId id : graph.inputs) names.push_back(graph.at(id).name);
  const auto files = GN_TRY(files_by_name(options.inputs, names));
  const auto shapes = GN_TRY(parse_shapes(options.shapes, names));
  std::vector<PlannedInput> planned;
  for (const perception::ValueId id : graph.inputs) {
    const perception::Value& value = graph.at(id);
    const auto file = files.find(value.name);
    if (file == files.end())
      return invalid("input %s (%s %s) is missing: give it with --input %s=FILE",
                     value.name.c_str(), std::string(name_of(value.declared.type)).c_str(),
                     perception::to_text(value.declared).c_str(), value.name.c_str());
    Declaration wanted = value.declared;
    if (const auto shape = shapes.find(value.name); shape != shapes.end())
      wanted = GN_TRY(narrowed(value.name, wanted, shape->second));
    planned.push_back({value, file->second, std::move(wanted)});
  }
  return planned;
}

}  // namespace

Result<std::vector<BoundInput>> bind_inputs(const perception::Graph& graph,
                                            const InputOptions& options, uint64_t budget_bytes) {
  ImageTensorOptions image = options.image;
  std::vector<BoundInput> bound;
  const std::vector<PlannedInput> planned = GN_TRY(plan_inputs(graph, options));
  for (const PlannedInput& input : planned) {
    image.budget_bytes = budget_bytes;
    bound.push_back(GN_TRY(bind_input(input, image)));
    budget_bytes -= std::min(budget_bytes, bound.back().tensor.size_bytes());
  }
  return bound;
}

}  // namespace geoneuron::cli
