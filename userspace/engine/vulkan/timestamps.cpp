// SPDX-License-Identifier: MIT
#include "engine/vulkan/timestamps.hpp"

#include "engine/vulkan/status.hpp"

namespace geoneuron::engine::vulkan {

Result<Timestamps> Timestamps::create(const std::shared_ptr<VulkanDevice>& device, uint32_t count) {
  Timestamps timestamps;
  timestamps.device_ = device;
  timestamps.count_ = count;
  if (!device->has_timestamps() || count == 0) return timestamps;
  VkQueryPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = count;
  VkQueryPool pool{};
  GN_TRY(checked(vkCreateQueryPool(device->get(), &info, nullptr, &pool), "vkCreateQueryPool"));
  timestamps.pool_ = {device->get(), pool};
  return timestamps;
}

Result<std::vector<uint64_t>> Timestamps::read() const {
  std::vector<uint64_t> ticks(count_, 0);
  if (!pool_) return ticks;
  GN_TRY(checked(
      vkGetQueryPoolResults(device_->get(), get(), 0, count_, ticks.size() * sizeof(uint64_t),
                            ticks.data(), sizeof(uint64_t), VK_QUERY_RESULT_64_BIT),
      "vkGetQueryPoolResults"));
  const uint32_t bits = device_->timestamp_bits();
  const uint64_t mask = bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  const double period = static_cast<double>(device_->limits().timestampPeriod);
  const uint64_t first = ticks.front();
  // The counter wraps at its number of bits; differences do not mind.
  for (uint64_t& tick : ticks)
    tick = static_cast<uint64_t>(static_cast<double>((tick - first) & mask) * period);
  return ticks;
}

}  // namespace geoneuron::engine::vulkan
