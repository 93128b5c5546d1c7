// SPDX-License-Identifier: MIT
#include "engine/cpu/dnnl_support.hpp"

namespace geoneuron::engine::cpu {

const dnnl::engine& dnnl_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc plain_desc(const std::vector<int64_t>& extents) {
  return {extents, dnnl::memory::data_type::f32, Shape(extents).strides()};
}

dnnl::memory::desc channels_last_desc(const std::vector<int64_t>& extents) {
  return {extents, dnnl::memory::data_type::f32, dnnl::memory::format_tag::nhwc};
}

dnnl::memory wrap_memory(const dnnl::memory::desc& desc, const void* data) {
  return {desc, dnnl_engine(), const_cast<void*>(data)};
}

Error dnnl_error(const char* what, const dnnl::error& error) {
  return make_error(error.status == dnnl_out_of_memory ? ENOMEM : EIO, "%s: oneDNN: %s", what,
                    error.what());
}

}  // namespace geoneuron::engine::cpu
