#include "core/transform/fusion/grouping.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <utility>

namespace tricorn::transform {
namespace {

bool IsEffect(const ir::Node& node) { return node.op->kind == ir::OpKind::kEffect; }

}  // namespace

Grouping::Grouping(const ir::Graph& graph, const FusionRules& rules)
    : graph_(graph),
      rules_(rules),
      unread_(graph.nodes().size(), false),
      edges_(graph.nodes().size()),
      depth_(graph.nodes().size(), 0),
      parent_(graph.nodes().size()),
      members_(graph.nodes().size()) {
  std::iota(parent_.begin(), parent_.end(), 0);
  const auto count = static_cast<int32_t>(graph.nodes().size());
  FindUnread();
  for (int32_t n = 0; n < count; ++n) {
    if (!unread_[static_cast<size_t>(n)]) AddEdges(n);
  }
  AssignEarliest();
  DelayMembers();
  Join();
  for (int32_t n = 0; n < count; ++n) members_[static_cast<size_t>(Root(n))].push_back(n);
  FindEscapes();
}

int32_t Grouping::Root(int32_t node) {
  while (parent_[static_cast<size_t>(node)] != node) {
    int32_t& up = parent_[static_cast<size_t>(node)];
    up = parent_[static_cast<size_t>(up)];
    node = up;
  }
  return node;
}

// An absorbed node that only groups read runs nowhere and holds nothing back.
void Grouping::FindUnread() {
  for (size_t n = 0; n < unread_.size(); ++n) unread_[n] = rules_.IsAbsorbed(graph_.nodes()[n]);
  const auto read = [&](ir::ValueId id) {
    if (producer(id) >= 0) unread_[static_cast<size_t>(producer(id))] = false;
  };
  for (const ir::NamedValue& output : graph_.outputs()) read(output.value);
  for (size_t n = unread_.size(); n-- > 0;) {
    const ir::Node& reader = graph_.nodes()[n];
    if (unread_[n] || rules_.IsMember(reader)) continue;
    for (const ir::ValueId id : reader.operands) read(id);
  }
}

void Grouping::AddEdges(int32_t n) {
  const bool is_member = rules_.IsMember(node(n));
  for (const ir::ValueId id : node(n).operands) {
    const int32_t p = producer(id);
    if (p < 0) continue;
    if (is_member && rules_.IsAbsorbed(node(p))) {
      AddEdgesThrough(p, n);
      continue;
    }
    const bool fuses =
        is_member && rules_.IsMember(node(p)) && rules_.MayFuse(node(p), id, node(n));
    edges_[static_cast<size_t>(n)].push_back({p, fuses ? 0 : 1});
  }
}

void Grouping::AddEdgesThrough(int32_t absorbed, int32_t n) {
  for (const ir::ValueId id : node(absorbed).operands) {
    const int32_t p = producer(id);
    if (p < 0) continue;
    if (rules_.IsAbsorbed(node(p))) {
      AddEdgesThrough(p, n);
      continue;
    }
    const bool fuses =
        rules_.IsMember(node(p)) && rules_.MayFuseThrough(node(p), id, node(absorbed), node(n));
    edges_[static_cast<size_t>(n)].push_back({p, fuses ? 0 : 1});
  }
}

void Grouping::AssignEarliest() {
  int32_t last_effect = 0;  // its depth
  for (int32_t n = 0; n < static_cast<int32_t>(depth_.size()); ++n) {
    for (const Edge& edge : edges_[static_cast<size_t>(n)]) {
      depth(n) = std::max(depth(n), depth(edge.from) + edge.weight);
    }
    if (IsEffect(node(n))) last_effect = depth(n) = std::max(depth(n), last_effect);
  }
}

// A member goes where its first reader is, so that what feeds an update (decayed moments, scaled
// weights) joins it instead of making a pass of its own early on.
void Grouping::DelayMembers() {
  std::vector<int32_t> latest(depth_.size(), INT32_MAX);
  for (int32_t n = static_cast<int32_t>(depth_.size()) - 1; n >= 0; --n) {
    const int32_t bound = latest[static_cast<size_t>(n)];
    if (rules_.IsMember(node(n)) && bound != INT32_MAX) depth(n) = std::max(depth(n), bound);
    for (const Edge& edge : edges_[static_cast<size_t>(n)]) {
      int32_t& late = latest[static_cast<size_t>(edge.from)];
      late = std::min(late, depth(n) - edge.weight);
    }
  }
}

void Grouping::Join() {
  for (int32_t n = 0; n < static_cast<int32_t>(depth_.size()); ++n) {
    for (const Edge& edge : edges_[static_cast<size_t>(n)]) {
      if (edge.weight == 0 && depth(edge.from) == depth(n)) {
        parent_[static_cast<size_t>(Root(edge.from))] = Root(n);
      }
    }
  }
}

void Grouping::FindEscapes() {
  escapes_.assign(graph_.values().size(), false);
  const auto escape = [&](ir::ValueId id) { escapes_[static_cast<size_t>(id)] = true; };
  for (const ir::NamedValue& output : graph_.outputs()) escape(output.value);
  for (int32_t root = 0; root < static_cast<int32_t>(members_.size()); ++root) {
    if (members(root).empty() || unread_[static_cast<size_t>(root)]) continue;
    for (const ir::ValueId id : ReadsOf(root)) escape(id);
  }
}

void Grouping::CollectReads(const ir::Node& n, int32_t root, Reads& reads) {
  for (const ir::ValueId id : n.operands) {
    const int32_t p = producer(id);
    if (p >= 0 && Root(p) == root) continue;
    if (p >= 0 && rules_.IsAbsorbed(node(p))) {
      CollectReads(node(p), root, reads);
    } else if (reads.met.insert(id).second) {
      reads.order.push_back(id);
    }
  }
}

std::vector<ir::ValueId> Grouping::ReadsOf(int32_t root) {
  if (!rules_.IsMember(node(root))) return node(root).operands;
  Reads reads;
  for (const int32_t n : members(root)) CollectReads(node(n), root, reads);
  return std::move(reads.order);
}

std::vector<int32_t> Grouping::Order() {
  const size_t count = graph_.nodes().size();
  std::vector<int32_t> waiting(count, 0);
  std::vector<std::vector<int32_t>> readers(count);
  using Entry = std::pair<int32_t, int32_t>;  // last member, root
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
  const auto enqueue = [&](int32_t root) { ready.emplace(members(root).back(), root); };
  int32_t last_effect = -1;
  for (int32_t root = 0; root < static_cast<int32_t>(count); ++root) {
    if (members(root).empty() || unread_[static_cast<size_t>(root)]) continue;
    std::vector<int32_t> sources;
    for (const ir::ValueId id : ReadsOf(root)) {
      if (producer(id) >= 0) sources.push_back(Root(producer(id)));
    }
    if (IsEffect(node(root))) {
      if (last_effect >= 0) sources.push_back(last_effect);
      last_effect = root;
    }
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    for (const int32_t source : sources) readers[static_cast<size_t>(source)].push_back(root);
    waiting[static_cast<size_t>(root)] = static_cast<int32_t>(sources.size());
    if (sources.empty()) enqueue(root);
  }
  std::vector<int32_t> order;
  while (!ready.empty()) {
    const int32_t root = ready.top().second;
    ready.pop();
    order.push_back(root);
    for (const int32_t reader : readers[static_cast<size_t>(root)]) {
      if (--waiting[static_cast<size_t>(reader)] == 0) enqueue(reader);
    }
  }
  return order;
}

}  // namespace tricorn::transform
