#include "core/backend/profile.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/base/status.h"

namespace tricorn::backend {

std::string DescribeNode(const ir::Graph& graph, const ir::Node& node) {
  std::string text(node.op->name);
  if (!node.regions.empty()) {
    text += " {";
    for (const ir::Node& inner : node.regions[0]->nodes()) {
      text += fmt::format(" {}", inner.op->name);
    }
    text += " }";
  }
  for (const ir::ValueId id : node.results) text += fmt::format(" {}", graph.type(id).ToString());
  if (!node.scope.empty()) text += fmt::format(" @{}", node.scope);
  return text;
}

std::string ProfileTable(const ir::Graph& graph, std::span<const int64_t> node_ns, int64_t runs) {
  CHECK(node_ns.size() == graph.nodes().size() && runs > 0);
  std::vector<size_t> order(node_ns.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return node_ns[a] > node_ns[b]; });
  const int64_t total = std::accumulate(node_ns.begin(), node_ns.end(), int64_t{0});
  const auto us = [&](int64_t ns) {
    return static_cast<double>(ns) * 1e-3 / static_cast<double>(runs);
  };
  std::string table = fmt::format("{:10.1f} us in all\n", us(total));
  for (const size_t n : order) {
    if (node_ns[n] == 0) break;
    table += fmt::format("{:10.1f} us {:5.1f} %  {}\n", us(node_ns[n]),
                         100 * static_cast<double>(node_ns[n]) / static_cast<double>(total),
                         DescribeNode(graph, graph.nodes()[n]));
  }
  return table;
}

}  // namespace tricorn::backend
