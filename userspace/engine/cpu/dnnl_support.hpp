// SPDX-License-Identifier: MIT
// What all uses of oneDNN share: its engine and stream, memory descriptors for our row-major
// tensors, and its exceptions turned into Errors. Thread-safe.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include "engine/cpu/types.hpp"

namespace geoneuron::engine::cpu {

const dnnl::engine& dnnl_engine();

// Row-major float32.
dnnl::memory::desc plain_desc(const std::vector<int64_t>& extents);

// float32 N x C x H x W with channels innermost.
dnnl::memory::desc channels_last_desc(const std::vector<int64_t>& extents);

// Memory of ours as oneDNN sees it; oneDNN writes only to what we give it as a result.
dnnl::memory wrap_memory(const dnnl::memory::desc& desc, const void* data);

Error dnnl_error(const char* what, const dnnl::error& error);

// Calls function() and turns what oneDNN throws into an Error that begins with `what`.
template <typename Function>
auto guard_dnnl(const char* what, Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const dnnl::error& error) {
    return dnnl_error(what, error);
  } catch (const std::bad_alloc&) {
    return make_error(ENOMEM, "%s: out of memory", what);
  }
}

}  // namespace geoneuron::engine::cpu
