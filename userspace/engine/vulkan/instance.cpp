// SPDX-License-Identifier: MIT
#include "engine/vulkan/instance.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

#include "base/log.hpp"
#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";
std::atomic<uint64_t> validation_message_count{0};

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                          VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* data, void*) {
  ++validation_message_count;
  log(LogLevel::kError, "vulkan validation: %s", data->pMessage);
  return VK_FALSE;
}

VkDebugUtilsMessengerCreateInfoEXT messenger_info() {
  VkDebugUtilsMessengerCreateInfoEXT info{};
  info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
  info.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                         VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  // Not the general type: there the loader complains about other people's drivers and layers.
  info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  info.pfnUserCallback = on_message;
  return info;
}

// Whoever asks for validation wants to know: a process that the layer complained about fails, be it
// the tool, a test or a benchmark. Registered with the first watched instance, it runs after the
// destructors of static objects made later, such as one that opens a device when it is made: what
// those are blamed for counts. What the layer says of anything destroyed later still is only
// logged.
void fail_after_messages() {
  const uint64_t count = validation_message_count.load();
  if (count == 0) return;
  log(LogLevel::kError, "vulkan validation: %llu complaints: the exit status is %d",
      static_cast<unsigned long long>(count), EXIT_FAILURE);
  std::fflush(nullptr);
  _exit(EXIT_FAILURE);
}

bool validation_wanted() {
  const char* value = std::getenv("GEONEURON_VALIDATION");
  return value != nullptr && std::string_view(value) == "1";
}

// What to do about the results that a machine without a driver or a layer gives.
Result<void> checked_creation(VkResult result) {
  if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
    return make_error(ENODEV,
                      "this machine has no Vulkan 1.2 driver (VK_ERROR_INCOMPATIBLE_DRIVER): "
                      "install mesa-vulkan-drivers, or use --device cpu");
  if (result == VK_ERROR_LAYER_NOT_PRESENT)
    return make_error(ENOTSUP, "GEONEURON_VALIDATION=1 needs %s: install vulkan-validationlayers",
                      kValidationLayer);
  return checked(result, "vkCreateInstance");
}

}  // namespace

void destroy_messenger(VkInstance instance, VkDebugUtilsMessengerEXT messenger,
                       const VkAllocationCallbacks* callbacks) {
  auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
      vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT"));
  if (destroy != nullptr) destroy(instance, messenger, callbacks);
}

Result<std::shared_ptr<Instance>> Instance::shared() {
  static std::mutex mutex;  // guards `current`: two threads must not make two instances
  static std::weak_ptr<Instance> current;
  std::lock_guard lock(mutex);
  if (std::shared_ptr<Instance> instance = current.lock()) return instance;
  std::shared_ptr<Instance> instance = GN_TRY(create());
  current = instance;
  return instance;
}

Result<std::shared_ptr<Instance>> Instance::create() {
  VkApplicationInfo application{};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.pApplicationName = "geoneuron";
  application.apiVersion = VK_API_VERSION_1_2;
  const VkDebugUtilsMessengerCreateInfoEXT messages = messenger_info();
  const char* extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pApplicationInfo = &application;
  if (validation_wanted()) {
    info.pNext = &messages;
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &kValidationLayer;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = &extension;
  }
  VkInstance created{};
  GN_TRY(checked_creation(vkCreateInstance(&info, nullptr, &created)));
  std::shared_ptr<Instance> instance(new Instance);
  instance->instance_ = Handle<vkDestroyInstance>(created);
  if (validation_wanted()) GN_TRY(instance->watch());
  return instance;
}

Result<void> Instance::watch() {
  const VkDebugUtilsMessengerCreateInfoEXT info = messenger_info();
  auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
      vkGetInstanceProcAddr(get(), "vkCreateDebugUtilsMessengerEXT"));
  if (create == nullptr) return make_error(ENOTSUP, "%s is not usable", "VK_EXT_debug_utils");
  VkDebugUtilsMessengerEXT messenger{};
  GN_TRY(checked(create(get(), &info, nullptr, &messenger), "vkCreateDebugUtilsMessengerEXT"));
  messenger_ = Handle<destroy_messenger>(get(), messenger);
  static const int kRegistered = std::atexit(fail_after_messages);
  if (kRegistered != 0) return make_error(ENOMEM, "no handler can be registered for the exit");
  return {};
}

Result<std::vector<VkPhysicalDevice>> Instance::physical_devices() const {
  uint32_t count = 0;
  GN_TRY(checked(vkEnumeratePhysicalDevices(get(), &count, nullptr), "vkEnumeratePhysicalDevices"));
  std::vector<VkPhysicalDevice> devices(count);
  const VkResult result = vkEnumeratePhysicalDevices(get(), &count, devices.data());
  // A device may vanish or appear between the two calls.
  if (result != VK_INCOMPLETE) GN_TRY(checked(result, "vkEnumeratePhysicalDevices"));
  devices.resize(count);
  std::erase_if(devices, [](VkPhysicalDevice device) {
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(device, &properties);
    return properties.apiVersion < VK_API_VERSION_1_2;
  });
  return devices;
}

uint64_t Instance::validation_messages() {
  return validation_message_count.load();
}

}  // namespace geoneuron::engine::vulkan
