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

Result<Shape> parse_shape(const std::string& text) {
  const auto malformed = [&] {
    return invalid("--shape '%s': must be extents separated by commas such as 1,3,640,640",
                   text.c_str());
  };
  std::vector<int64_t> extents;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    int64_t extent = 0;
    const auto [rest, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 0) return malformed();
    extents.push_back(extent);
    if (rest == end) return with_context(Shape::checked(std::move(extents)), "--shape " + text);
    if (*rest != ',' && *rest != 'x') return malformed();
    at = rest + 1;
  }
  return malformed();
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

Result<BoundInput> bind_input(const std::string& name, const std::string& file,
                              const Declaration& declared, const ImageTensorOptions& options) {
  BoundInput input{name, file, "", {}, std::nullopt, false, 0, 0};
  GN_TRY(with_context(read_file_into(input, declared, options), "input " + name));
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

Result<std::map<std::string, Shape>> parse_shapes(const std::vector<std::string>& shapes,
                                                  const std::vector<std::string>& input_names) {
  std::map<std::string, Shape> result;
  for (const std::string& text : shapes) {
    const Assignment assignment = GN_TRY(split_assignment(text, "--shape", input_names));
    const Shape shape = GN_TRY(parse_shape(assignment.rest));
    if (!result.emplace(assignment.name, shape).second)
      return invalid("--shape %s: input %s is given two shapes", text.c_str(),
                     assignment.name.c_str());
  }
  return result;
}

Error with_size_remedy(Error error, const std::vector<BoundInput>& inputs) {
  const auto open = std::ranges::find_if(inputs, &BoundInput::has_own_size);
  const bool may_be_size = error.code == EINVAL || error.code == ENOMEM || error.code == ENOTSUP;
  if (open == inputs.end() || !may_be_size) return error;
  const std::string shape = open->tensor.shape().to_string();
  error.message += "; input " + open->name + " has the picture's own size, " + shape +
                   ": where the network needs another, give --shape " + open->name +
                   "=N,... with extents that it takes; --resize says how the picture becomes that";
  return error;
}

Result<std::vector<BoundInput>> bind_inputs(const perception::Graph& graph,
                                            const InputOptions& options) {
  std::vector<std::string> names;
  for (const perception::ValueId id : graph.inputs) names.push_back(graph.at(id).name);
  const auto files = GN_TRY(files_by_name(options.inputs, names));
  const auto shapes = GN_TRY(parse_shapes(options.shapes, names));
  std::vector<BoundInput> bound;
  for (const perception::ValueId id : graph.inputs) {
    const perception::Value& value = graph.at(id);
    const auto file = files.find(value.name);
    if (file == files.end())
      return invalid("input %s (%s %s) is missing: give it with --input %s=FILE",
                     value.name.c_str(), std::string(name_of(value.declared.type)).c_str(),
                     perception::to_text(value.declared).c_str(), value.name.c_str());
    Declaration declared = value.declared;
    if (const auto shape = shapes.find(value.name); shape != shapes.end())
      declared = GN_TRY(narrowed(value.name, declared, shape->second));
    bound.push_back(GN_TRY(bind_input(value.name, file->second, declared, options.image)));
  }
  return bound;
}

}  // namespace geoneuron::cli
