// SPDX-License-Identifier: MIT
#include "engine/cpu/dnnl_convolution.hpp"

#include <optional>

#include "engine/cpu/channel_bias.hpp"
#include "engine/cpu/dnnl_support.hpp"
#include "perception/window.hpp"

namespace geoneuron::engine::cpu {
namespace {

using dnnl::memory;

constexpr const char* kWhat = "convolution";
constexpr size_t kMaximumSpatialRank = 3;

// The layouts that we have (row-major) and those that the primitive wants.
struct Layouts {
  memory::desc source;
  memory::desc weights;
  memory::desc bias;
  memory::desc result;
};

struct Strides {
  memory::dims strides;
  memory::dims dilations;  // oneDNN counts from 0
  memory::dims before;
  memory::dims after;
};

Strides strides_of(const perception::Window& window) {
  Strides result;
  for (const auto& axis : window.axes) {
    result.strides.push_back(axis.stride);
    result.dilations.push_back(axis.dilation - 1);
    result.before.push_back(axis.pad_begin);
    result.after.push_back(axis.pad_end);
  }
  return result;
}

// Our weights as oneDNN names their axes: groups (if several), outputs, inputs, space.
memory::desc weights_desc(const Shape& shape, int64_t groups, bool transposed) {
  const int64_t first = shape[0] / groups;
  const int64_t taps = shape.count(2, shape.rank());
  const int64_t outputs = transposed ? shape[1] : first;
  const int64_t inputs = transposed ? first : shape[1];
  memory::dims extents = {outputs, inputs};
  memory::dims strides = {transposed ? taps : inputs * taps, transposed ? outputs * taps : taps};
  if (groups > 1) {
    extents.insert(extents.begin(), groups);
    strides.insert(strides.begin(), inputs * outputs * taps);
  }
  const auto all = shape.strides();
  for (size_t axis = 2; axis < shape.rank(); ++axis) {
    extents.push_back(shape[axis]);
    strides.push_back(all[axis]);
  }
  return {extents, memory::data_type::f32, strides};
}

memory::desc any_layout(const memory::desc& desc) {
  return {desc.dims(), memory::data_type::f32, memory::format_tag::any};
}

class DnnlConvolution : public PreparedKernel {
 public:
  // `ours` and `theirs` are the layouts of what lies in memory and what the primitive works on.
  // `constant` says that the weights never change, so that they are packed once.
  DnnlConvolution(dnnl::primitive primitive, Layouts ours, Layouts theirs, memory::desc scratchpad,
                  bool constant)
      : primitive_(std::move(primitive)),
        ours_(ours),
        theirs_(theirs),
        scratchpad_desc_(scratchpad),
        packed_(constant),
        stream_(dnnl_engine()) {}

  Result<void> bind(std::span<const Tensor> inputs, const Tensor& scratch) override {
    return guard_dnnl(kWhat, [&]() -> Result<void> {
      take_scratch(scratch);
      if (packs_once()) {
        weights_ = memory(theirs_.weights, dnnl_engine());
        pack(inputs[1].bytes().data());
      }
      return {};
    });
  }

  Result<void> run(std::span<const Tensor> inputs, std::span<Tensor> outputs) override {
    return guard_dnnl(kWhat, [&]() -> Result<void> {
      execute(inputs, outputs[0]);
      return {};
    });
  }
  const char* algorithm() const override { return "dnnl"; }
  uint64_t packed_bytes() const override {
    return packs_once() ? aligned_bytes(theirs_.weights.get_size()) : 0;
  }
  uint64_t scratch_bytes() const override {
    uint64_t sum = aligned_bytes(scratchpad_desc_.get_size());
    if (theirs_.source != ours_.source) sum += aligned_bytes(theirs_.source.get_size());
    if (theirs_.result != ours_.result) sum += aligned_bytes(theirs_.result.get_size());
    if (packs_each_time()) sum += aligned_bytes(theirs_.weights.get_size());
    return sum;
  }

 private:
  bool packs_once() const { return packed_ && theirs_.weights != ours_.weights; }
  bool packs_each_time() const { return !packed_ && theirs_.weights != ours_.weights; }

  // Divides the scratch memory among those that scratch_bytes() counts.
  void take_scratch(const Tensor& scratch) {
    const std::byte* next = scratch.bytes().data();
    const auto take = [&next](const memory::desc& desc) {
      const std::byte* begin = next;
      next += aligned_bytes(desc.get_size());
      return wrap_memory(desc, begin);
    };
    if (scratchpad_desc_.get_size() > 0) scratchpad_ = take(scratchpad_desc_);
    if (theirs_.source != ours_.source) source_ = take(theirs_.source);
    if (theirs_.result != ours_.result) result_ = take(theirs_.result);
    if (packs_each_time()) weights_ = take(theirs_.weights);
  }

  void reorder(const memory& from, const memory& to) {
    dnnl::reorder(from, to).execute(stream_, const_cast<memory&>(from), const_cast<memory&>(to));
  }

  void pack(const void* weights) { reorder(wrap_memory(ours_.weights, weights), *weights_); }

  void execute(std::span<const Tensor> inputs, Tensor& output) {
    memory source = wrap_memory(ours_.source, inputs[0].bytes().data());
    memory result = wrap_memory(ours_.result, output.bytes().data());
    if (packs_each_time()) pack(inputs[1].bytes().data());
    if (source_) reorder(source, *source_);
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, source_ ? *source_ : source},
        {DNNL_ARG_WEIGHTS,
         weights_ ? *weights_ : wrap_memory(ours_.weights, inputs[1].bytes().data())},
        {DNNL_ARG_DST, result_ ? *result_ : result}};
    if (inputs.size() > 2 && inputs[2].is_defined())
      arguments.insert({DNNL_ARG_BIAS, wrap_memory(ours_.bias, inputs[2].bytes().data())});
    if (scratchpad_) arguments.insert({DNNL_ARG_SCRATCHPAD, *scratchpad_});
    primitive_.execute(stream_, arguments);
    if (result_) reorder(*result_, result);
    stream_.wait();
  }

  dnnl::primitive primitive_;
  Layouts ours_;
  Layouts theirs_;
  memory::desc scratchpad_desc_;
  bool packed_;  // once and for all
  dnnl::stream stream_;
  std::optional<memory> scratchpad_;
  std::optional<memory> source_;  // scratch, where the primitive's layouts differ from ours
  std::optional<memory> result_;
  std::optional<memory> weights_;  // packed
};

// A transposed convolution whose bias is added afterwards: oneDNN 2.6 adds it element by element,
// which takes four times as long as the convolution.
class BiasedAfterwards : public PreparedKernel {
 public:
  BiasedAfterwards(std::unique_ptr<PreparedKernel> convolution, Layout result)
      : convolution_(std::move(convolution)), layout_(result) {}

  Result<void> bind(std::span<const Tensor> inputs, const Tensor& scratch) override {
    return convolution_->bind(inputs.first(2), scratch);
  }
  Result<void> run(std::span<const Tensor> inputs, std::span<Tensor> outputs) override {
    GN_TRY(convolution_->run(inputs.first(2), outputs));
    add_channel_bias(inputs[2], layout_, outputs[0]);
    return {};
  }
  const char* algorithm() const override { return convolution_->algorithm(); }
  uint64_t packed_bytes() const override { return convolution_->packed_bytes(); }
  uint64_t scratch_bytes() const override { return convolution_->scratch_bytes(); }

 private:
  std::unique_ptr<PreparedKernel> convolution_;
  Layout layout_;
};

// How a value lies in our memory. Where both layouts are alike, oneDNN is told the one that it
// convolves without a copy.
memory::desc value_desc(const Shape& shape, Layout layout, bool prefers_channels_last) {
  const bool last = layout == Layout::kChannelsLast ||
                    (prefers_channels_last && shape.rank() == 4 && lies_alike(shape));
  return last ? channels_last_desc(shape.extents()) : plain_desc(shape.extents());
}

// What oneDNN may choose: anything, unless channels lie last on one side of a convolution; then
// they do on both, because the other side is next to such values too.
memory::desc wanted_desc(const memory::desc& ours, bool channels_last) {
  return channels_last ? channels_last_desc(ours.dims()) : any_layout(ours);
}

template <typename Primitive>
std::unique_ptr<DnnlConvolution> create(const Layouts& ours, const Strides& s,
                                        dnnl::algorithm algorithm, bool channels_last,
                                        bool constant) {
  const auto kind = dnnl::prop_kind::forward_inference;
  const memory::desc source = wanted_desc(ours.source, channels_last);
  const memory::desc weights = any_layout(ours.weights);
  const memory::desc result = wanted_desc(ours.result, channels_last);
  const bool biased = ours.bias.data.ndims != 0;
  const typename Primitive::desc description =
      biased ? typename Primitive::desc(kind, algorithm, source, weights, ours.bias, result,
                                        s.strides, s.dilations, s.before, s.after)
             : typename Primitive::desc(kind, algorithm, source, weights, result, s.strides,
                                        s.dilations, s.before, s.after);
  dnnl::primitive_attr attributes;  // scratch memory is ours, shared by all steps, and counted
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const typename Primitive::primitive_desc chosen(description, attributes, dnnl_engine());
  return std::make_unique<DnnlConvolution>(
      Primitive(chosen), ours,
      Layouts{chosen.src_desc(), chosen.weights_desc(), ours.bias, chosen.dst_desc()},
      chosen.scratchpad_desc(), constant);
}

// Whether oneDNN is asked at all: it must be float32, of a rank it knows, and not empty.
bool is_candidate(std::span<const perception::Operand> operands, const TensorInfo& result) {
  const size_t rank = result.shape.rank();
  if (result.type != DataType::kFloat32 || rank < 3 || rank > 2 + kMaximumSpatialRank) return false;
  if (result.element_count() == 0) return false;
  return operands[0].info.element_count() > 0 && operands[1].info.element_count() > 0;
}

bool has_bias(std::span<const perception::Operand> operands) {
  return operands.size() > 2 && operands[2].info.type != DataType::kUndefined;
}

bool any_channels_last(const ConvolutionLayouts& layouts) {
  return layouts.source == Layout::kChannelsLast || layouts.result == Layout::kChannelsLast;
}

Layouts layouts_of(const perception::Node& node, std::span<const perception::Operand> operands,
                   const TensorInfo& result, const ConvolutionLayouts& layouts) {
  const bool transposed = node.op == perception::Operator::kConvTranspose;
  const bool last = any_channels_last(layouts);
  Layouts ours;
  ours.source = value_desc(operands[0].info.shape, layouts.source, last);
  ours.weights =
      weights_desc(operands[1].info.shape, node.attributes.integer("group", 1), transposed);
  ours.result = value_desc(result.shape, layouts.result, last);
  if (!transposed && has_bias(operands)) ours.bias = plain_desc(operands[2].info.shape.extents());
  return ours;
}

// What oneDNN makes of it; dnnl::error where it refuses.
std::unique_ptr<PreparedKernel> choose(const perception::Node& node,
                                       std::span<const perception::Operand> operands,
                                       const TensorInfo& result, const ConvolutionLayouts& layouts,
                                       const perception::Window& window) {
  const Layouts ours = layouts_of(node, operands, result, layouts);
  const bool last = any_channels_last(layouts);
  const bool constant = operands[1].value != nullptr;
  if (node.op == perception::Operator::kConv)
    return create<dnnl::convolution_forward>(ours, strides_of(window),
                                             dnnl::algorithm::convolution_direct, last, constant);
  std::unique_ptr<PreparedKernel> kernel = create<dnnl::deconvolution_forward>(
      ours, strides_of(window), dnnl::algorithm::deconvolution_direct, last, constant);
  if (has_bias(operands))
    kernel = std::make_unique<BiasedAfterwards>(std::move(kernel), layouts.result);
  return kernel;
}

}  // namespace

Result<std::unique_ptr<PreparedKernel>> prepare_dnnl_convolution(
    const perception::Node& node, std::span<const perception::Operand> operands,
    std::span<const TensorInfo> results, const ConvolutionLayouts& layouts) {
  using Prepared = Result<std::unique_ptr<PreparedKernel>>;
  if (!is_candidate(operands, results[0])) return Prepared(nullptr);
  const bool transposed = node.op == perception::Operator::kConvTranspose;
  const auto rule = transposed ? perception::transposed_window : perception::convolution_window;
  const auto window = GN_TRY(rule(node.attributes, operands[0].info.shape, operands[1].info.shape));
  for (const auto& axis : window.axes)
    if (axis.pad_begin < 0 || axis.pad_end < 0) return Prepared(nullptr);
  Prepared prepared = guard_dnnl(
      kWhat, [&]() -> Prepared { return choose(node, operands, results[0], layouts, window); });
  // oneDNN 2.6 refuses some transposed convolutions with dilations.
  if (!prepared.has_value() && prepared.error().code != ENOMEM) return Prepared(nullptr);
  return prepared;
}

}  // namespace geoneuron::engine::cpu
