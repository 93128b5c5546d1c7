// SPDX-License-Identifier: MIT
// SpareNodes: nodes of maps, kept for their next elements. A job makes and drops several of them;
// allocating each anew takes longer than all else that is done for a small job. One thread.
#pragma once

#include <utility>
#include <vector>

namespace geoneuron::policy {

template <typename Map>
class SpareNodes {
 public:
  explicit SpareNodes(size_t most) : most_(most) {}

  // A new element, with a value as if new. The key is not in the map.
  typename Map::iterator make(Map& map, const typename Map::key_type& key) {
    if (nodes_.empty()) return map.try_emplace(key).first;
    typename Map::node_type node = std::move(nodes_.back());
    nodes_.pop_back();
    node.key() = key;
    return map.insert(std::move(node)).position;
  }

  // What the value holds is let go now.
  void erase(Map& map, typename Map::iterator element) {
    typename Map::node_type node = map.extract(element);
    if (nodes_.size() == most_) return;
    node.mapped() = typename Map::mapped_type();
    nodes_.push_back(std::move(node));
  }

 private:
  const size_t most_;
  std::vector<typename Map::node_type> nodes_;
};

}  // namespace geoneuron::policy
