#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Which nodes of a graph may run as one.
class FusionRules {
 public:
  virtual ~FusionRules() = default;
  // Whether the node can be in a group with others.
  virtual bool IsMember(const ir::Node& node) const = 0;
  // Whether a group computes the node itself, anew, instead of reading its result.
  virtual bool IsAbsorbed(const ir::Node& node) const = 0;
  // Whether members p and n can be in one group, n reading `value` of p.
  virtual bool MayFuse(const ir::Node& p, ir::ValueId value, const ir::Node& n) const = 0;
  // The same where n reads it through the absorbed node `through`.
  virtual bool MayFuseThrough(const ir::Node& /*p*/, ir::ValueId /*value*/,
                              const ir::Node& /*through*/, const ir::Node& /*n*/) const {
    return false;
  }
};

// Which nodes run together. Every node has a depth, and an edge from p to n demands
//   depth(n) >= depth(p) + 1,  or only >= depth(p) where p may fuse into n.
// A group is connected nodes of one depth: a path that leaves it climbs, so it cannot come back. An
// effect is no less deep than the effect before it, so that paths through both climb too.
class Grouping {
 public:
  // Both outlive the grouping.
  Grouping(const ir::Graph& graph, const FusionRules& rules);

  // Nodes with the same root form a group.
  int32_t Root(int32_t node);
  // The roots of groups, each after those that it reads: a group at the place of its last member
  // where that is possible, effects in their order. Absorbed nodes that only groups read are left
  // out.
  std::vector<int32_t> Order();
  // By root, in the graph's order.
  const std::vector<int32_t>& members(int32_t root) const {
    return members_[static_cast<size_t>(root)];
  }
  // The values that a group reads: operands from outside, those of absorbed nodes instead of their
  // results.
  std::vector<ir::ValueId> ReadsOf(int32_t root);
  // Whether a value is read outside its group, or is an output of the graph.
  bool escapes(ir::ValueId id) const { return escapes_[static_cast<size_t>(id)]; }

 private:
  // Values in the order in which they were first met.
  struct Reads {
    std::vector<ir::ValueId> order;
    absl::flat_hash_set<ir::ValueId> met;
  };
  // What a node reads, absorbed nodes looked through.
  struct Edge {
    int32_t from;
    int32_t weight;
  };

  const ir::Node& node(int32_t i) const { return graph_.nodes()[static_cast<size_t>(i)]; }
  int32_t producer(ir::ValueId id) const { return graph_.values()[static_cast<size_t>(id)].node; }
  int32_t& depth(int32_t i) { return depth_[static_cast<size_t>(i)]; }
  void FindUnread();
  void AddEdges(int32_t n);
  void AddEdgesThrough(int32_t absorbed, int32_t n);
  void AssignEarliest();
  void DelayMembers();
  void Join();
  void FindEscapes();
  void CollectReads(const ir::Node& n, int32_t root, Reads& reads);

  const ir::Graph& graph_;
  const FusionRules& rules_;
  std::vector<bool> unread_;              // absorbed nodes that only groups read
  std::vector<std::vector<Edge>> edges_;  // by reader
  std::vector<int32_t> depth_;
  std::vector<int32_t> parent_;
  std::vector<std::vector<int32_t>> members_;
  std::vector<bool> escapes_;
};

}  // namespace tricorn::transform
