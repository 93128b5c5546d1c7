// SPDX-License-Identifier: MIT
// Handle: owns one Vulkan object and destroys it with the given vkDestroy or vkFree function.
// Move-only; not thread-safe. Must not outlive its parent.
#pragma once

#include <vulkan/vulkan.h>

#include <utility>

namespace geoneuron::engine::vulkan {

template <auto Destroy>
class Handle;

// Objects of a device or an instance: Handle<vkDestroyBuffer>.
template <typename Parent, typename T, void (*Destroy)(Parent, T, const VkAllocationCallbacks*)>
class Handle<Destroy> {
 public:
  Handle() = default;
  Handle(Parent parent, T object) : parent_(parent), object_(object) {}
  Handle(Handle&& other) noexcept
      : parent_(other.parent_), object_(std::exchange(other.object_, T{})) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(parent_, other.parent_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_ != T{}) Destroy(parent_, object_, nullptr);
  }

  T get() const { return object_; }
  explicit operator bool() const { return object_ != T{}; }

 private:
  Parent parent_{};
  T object_{};
};

// Instances and devices themselves: Handle<vkDestroyDevice>.
template <typename T, void (*Destroy)(T, const VkAllocationCallbacks*)>
class Handle<Destroy> {
 public:
  Handle() = default;
  explicit Handle(T object) : object_(object) {}
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, T{})) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_ != T{}) Destroy(object_, nullptr);
  }

  T get() const { return object_; }
  explicit operator bool() const { return object_ != T{}; }

 private:
  T object_{};
};

}  // namespace geoneuron::engine::vulkan
