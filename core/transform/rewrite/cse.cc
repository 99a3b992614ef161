#include "core/transform/rewrite/cse.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/ir/rewriter.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

// What must agree before attributes are compared.
using Key = std::pair<const ir::OpDef*, std::vector<ir::ValueId>>;

struct Seen {
  const ir::Node* node;
  ir::Values results;
};

// Equal attributes have equal text; a constant's bytes are compared as they are.
std::string AttrsText(const ir::Node& node) {
  if (const Tensor* constant = ir::ConstantValue(&node)) {
    return std::string(reinterpret_cast<const char*>(constant->bytes()),
                       static_cast<size_t>(constant->nbytes()));
  }
  return node.attrs.ToJson().Dump();
}

// Nodes of one key with different attributes: mostly one, but all constants have one key.
class Candidates {
 public:
  // Where the results of a node that computes what `node` does are, or are to be put.
  ir::Values& Find(const ir::Node& node) {
    if (Seen* seen = FindIn(few_, node)) return seen->results;
    if (few_.size() < kFew) return few_.emplace_back(Seen{&node, {}}).results;
    std::vector<Seen>& same_text = many_[AttrsText(node)];
    if (Seen* seen = FindIn(same_text, node)) return seen->results;
    return same_text.emplace_back(Seen{&node, {}}).results;
  }

 private:
  static constexpr size_t kFew = 8;

  static Seen* FindIn(std::vector<Seen>& list, const ir::Node& node) {
    const auto found = std::find_if(
        list.begin(), list.end(), [&](const Seen& seen) { return seen.node->attrs == node.attrs; });
    return found == list.end() ? nullptr : &*found;
  }

  std::vector<Seen> few_;
  absl::flat_hash_map<std::string, std::vector<Seen>> many_;
};

absl::StatusOr<ir::Graph> CseOf(const ir::Graph& graph) {
  absl::flat_hash_map<Key, Candidates> seen;
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    if (node.op->kind == ir::OpKind::kEffect || !node.regions.empty())
      return rewriter.Copy(node, x);
    Key key{node.op, {}};
    for (const ir::Value& operand : x) key.second.push_back(operand.id());
    ir::Values& results = seen[std::move(key)].Find(node);
    if (results.empty()) results = rewriter.Copy(node, x);
    return results;
  });
}

}  // namespace

absl::StatusOr<ir::Graph> Cse(const ir::Graph& graph) { return OnEveryGraph(graph, CseOf); }

}  // namespace tricorn::transform
