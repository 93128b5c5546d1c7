// SPDX-License-Identifier: MIT
#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {
namespace {

int errno_of(VkResult result) {
  switch (result) {
    case VK_ERROR_DEVICE_LOST:
    case VK_ERROR_INCOMPATIBLE_DRIVER:
    case VK_ERROR_INITIALIZATION_FAILED:
      return ENODEV;
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_OUT_OF_POOL_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
    case VK_ERROR_FRAGMENTED_POOL:
      return ENOMEM;
    case VK_ERROR_EXTENSION_NOT_PRESENT:
    case VK_ERROR_FEATURE_NOT_PRESENT:
    case VK_ERROR_LAYER_NOT_PRESENT:
    case VK_ERROR_FORMAT_NOT_SUPPORTED:
      return ENOTSUP;
    case VK_TIMEOUT:
      return ETIMEDOUT;
    default:
      return EIO;
  }
}

}  // namespace

std::string name_of(VkResult result) {
  switch (result) {
#define GEONEURON_RESULT(name) \
  case name:                   \
    return #name;
    GEONEURON_RESULT(VK_SUCCESS)
    GEONEURON_RESULT(VK_NOT_READY)
    GEONEURON_RESULT(VK_TIMEOUT)
    GEONEURON_RESULT(VK_INCOMPLETE)
    GEONEURON_RESULT(VK_ERROR_OUT_OF_HOST_MEMORY)
    GEONEURON_RESULT(VK_ERROR_OUT_OF_DEVICE_MEMORY)
    GEONEURON_RESULT(VK_ERROR_INITIALIZATION_FAILED)
    GEONEURON_RESULT(VK_ERROR_DEVICE_LOST)
    GEONEURON_RESULT(VK_ERROR_MEMORY_MAP_FAILED)
    GEONEURON_RESULT(VK_ERROR_LAYER_NOT_PRESENT)
    GEONEURON_RESULT(VK_ERROR_EXTENSION_NOT_PRESENT)
    GEONEURON_RESULT(VK_ERROR_FEATURE_NOT_PRESENT)
    GEONEURON_RESULT(VK_ERROR_INCOMPATIBLE_DRIVER)
    GEONEURON_RESULT(VK_ERROR_TOO_MANY_OBJECTS)
    GEONEURON_RESULT(VK_ERROR_FORMAT_NOT_SUPPORTED)
    GEONEURON_RESULT(VK_ERROR_FRAGMENTED_POOL)
    GEONEURON_RESULT(VK_ERROR_OUT_OF_POOL_MEMORY)
    GEONEURON_RESULT(VK_ERROR_INVALID_EXTERNAL_HANDLE)
    GEONEURON_RESULT(VK_ERROR_UNKNOWN)
#undef GEONEURON_RESULT
    default:
      return "VkResult " + std::to_string(static_cast<int>(result));
  }
}

Error vulkan_error(VkResult result, const char* what) {
  return make_error(errno_of(result), "%s failed with %s", what, name_of(result).c_str());
}

Result<void> checked(VkResult result, const char* what) {
  if (result == VK_SUCCESS) return {};
  return vulkan_error(result, what);
}

}  // namespace geoneuron::engine::vulkan
