// SPDX-License-Identifier: MIT
// VkResult as an Error. Thread-safe.
#pragma once

#include <vulkan/vulkan.h>

#include "base/result.hpp"

namespace geoneuron::engine::vulkan {

// "VK_ERROR_DEVICE_LOST"; "VkResult -7" for those that we do not know.
std::string name_of(VkResult result);

// `what` failed with `result`: ENODEV for a lost device or a missing driver, ENOMEM for memory,
// ENOTSUP for a missing feature, else EIO.
Error vulkan_error(VkResult result, const char* what);

// Success for VK_SUCCESS, else vulkan_error.
Result<void> checked(VkResult result, const char* what);

}  // namespace geoneuron::engine::vulkan
