#include "core/transform/recompute.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ir/rewriter.h"
#include "core/transform/cse.h"
#include "core/transform/dce.h"
#include "core/transform/fuse_elementwise.h"
#include "core/transform/fuse_rows.h"
#include "core/transform/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Node;
using ir::Value;
using ir::ValueId;
using ir::Values;

// Less is not worth a thought, and may be what others wait for.
constexpr int64_t kMinNbytes = int64_t{1} << 20;

// The inputs of a region on which some of its outputs depend.
std::vector<bool> InputsOf(const Graph& region, const std::vector<size_t>& outputs) {
  std::vector<bool> needed(region.values().size(), false);
  for (const size_t o : outputs) needed[static_cast<size_t>(region.outputs()[o].value)] = true;
  for (size_t n = region.nodes().size(); n-- > 0;) {
    const Node& node = region.nodes()[n];
    const bool is_needed = std::any_of(node.results.begin(), node.results.end(),
                                       [&](ValueId id) { return needed[static_cast<size_t>(id)]; });
    if (!is_needed) continue;
    for (const ValueId id : node.operands) needed[static_cast<size_t>(id)] = true;
  }
  std::vector<bool> inputs;
  for (const ir::NamedValue& input : region.inputs()) {
    inputs.push_back(needed[static_cast<size_t>(input.value)]);
  }
  return inputs;
}

// `region`, in which every node is needed, with the inputs that are.
absl::StatusOr<Graph> WithNeededInputs(const Graph& region, const std::vector<bool>& needed) {
  Builder builder;
  Values mapped(region.values().size());
  for (size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    const ValueId id = region.inputs()[i].value;
    mapped[static_cast<size_t>(id)] = builder.Input(region.inputs()[i].name, region.type(id));
  }
  for (const Node& node : region.nodes()) {
    Values operands;
    for (const ValueId id : node.operands) operands.push_back(mapped[static_cast<size_t>(id)]);
    const Values results = builder.AddAll(*node.op, operands, node.attrs, node.regions);
    RETURN_IF_ERROR(builder.status());
    for (size_t i = 0; i < results.size(); ++i) {
      mapped[static_cast<size_t>(node.results[i])] = results[i];
    }
  }
  std::vector<std::pair<std::string, Value>> outputs;
  for (const ir::NamedValue& output : region.outputs()) {
    outputs.emplace_back(output.name, mapped[static_cast<size_t>(output.value)]);
  }
  return builder.Finish(outputs);
}

class Recomputation {
 public:
  explicit Recomputation(const Graph& graph)
      : graph_(graph), recomputed_(graph.nodes().size()), is_read_(graph.values().size(), false) {
    for (const ir::NamedValue& output : graph.outputs()) Read(output.value);
    for (size_t n = 0; n < graph.nodes().size(); ++n) {
      if (ShapeOf(graph.nodes()[n])) Decide(n);
      ReadOperands(n);
    }
  }

  absl::StatusOr<Graph> Run() {
    ir::Rewriter rewriter(graph_);
    absl::Status status;
    absl::StatusOr<Graph> result = rewriter.Run([&](const Node& node, ir::Operands x) -> Values {
      const auto n = static_cast<size_t>(&node - graph_.nodes().data());
      if (!ShapeOf(node) || (recomputed_[n].empty() && AllAreRead(node))) {
        return rewriter.Copy(node, x);
      }
      absl::StatusOr<Values> values = Rebuild(rewriter, n, x);
      if (values.ok()) return *std::move(values);
      status = values.status();
      return rewriter.Copy(node, x);
    });
    RETURN_IF_ERROR(status);
    return result;
  }

 private:
  // The shape of the arrays of a fused node; nullptr for others.
  const Shape* ShapeOf(const Node& node) const {
    if (node.op == &kFusedRows) return &node.attrs.As<FusedRowsAttrs>().shape;
    if (node.op == &kFusedElementwise) return &graph_.type(node.results[0]).shape;
    return nullptr;
  }
  void Read(ValueId id) { is_read_[static_cast<size_t>(id)] = true; }
  bool AllAreRead(const Node& node) const {
    return std::all_of(node.results.begin(), node.results.end(),
                       [&](ValueId id) { return is_read_[static_cast<size_t>(id)]; });
  }

  // What the node reads of each elementwise node of its shape: the results' numbers.
  std::map<int32_t, std::vector<size_t>> Sources(const Node& node) const {
    std::map<int32_t, std::vector<size_t>> sources;
    for (const ValueId id : node.operands) {
      const ir::ValueInfo& info = graph_.values()[static_cast<size_t>(id)];
      if (info.node < 0) continue;
      const Node& source = graph_.nodes()[static_cast<size_t>(info.node)];
      if (source.op != &kFusedElementwise || !(*ShapeOf(source) == *ShapeOf(node))) continue;
      sources[info.node].push_back(static_cast<size_t>(info.index));
    }
    return sources;
  }

  void Decide(size_t n) {
    const Node& node = graph_.nodes()[n];
    for (const auto& [at, results] : Sources(node)) {
      const Node& source = graph_.nodes()[static_cast<size_t>(at)];
      // What it recomputes itself would have to come along.
      if (!recomputed_[static_cast<size_t>(at)].empty()) continue;
      int64_t kept = 0, needed = 0;
      for (const size_t r : results) kept += graph_.type(source.results[r]).nbytes();
      const std::vector<bool> inputs = InputsOf(*source.regions[0], results);
      for (size_t i = 0; i < inputs.size(); ++i) {
        const ValueId id = source.operands[i];
        const bool is_new =
            std::find(node.operands.begin(), node.operands.end(), id) == node.operands.end();
        if (inputs[i] && is_new) needed += graph_.type(id).nbytes();
      }
      if (kept >= kMinNbytes && needed < kept) recomputed_[n].push_back(at);
    }
  }

  bool IsRecomputed(size_t n, ValueId id) const {
    const int32_t source = graph_.values()[static_cast<size_t>(id)].node;
    return source >= 0 &&
           std::find(recomputed_[n].begin(), recomputed_[n].end(), source) != recomputed_[n].end();
  }
  void ReadOperands(size_t n) {
    for (const ValueId id : graph_.nodes()[n].operands) {
      if (!IsRecomputed(n, id)) Read(id);
    }
    for (const int32_t source : recomputed_[n]) {
      for (const ValueId id : graph_.nodes()[static_cast<size_t>(source)].operands) Read(id);
    }
  }

  // The node with what it recomputes inside, and with the results that are read.
  absl::StatusOr<Values> Rebuild(ir::Rewriter& rewriter, size_t n, ir::Operands x) {
    const Node& node = graph_.nodes()[n];
    Builder body;
    absl::flat_hash_map<ValueId, Value> inside;
    Values operands;
    std::vector<ValueId> olds;
    const auto input = [&](ValueId old, Value now) {
      if (inside.contains(old)) return;
      inside[old] = body.Input(fmt::format("x{}", operands.size()), graph_.type(old));
      operands.push_back(now);
    };
    for (size_t i = 0; i < x.size(); ++i) {
      if (!IsRecomputed(n, node.operands[i])) input(node.operands[i], x[i]);
    }
    for (const int32_t at : recomputed_[n]) {
      const Node& source = graph_.nodes()[static_cast<size_t>(at)];
      Values own;
      for (const ValueId id : source.operands) {
        input(id, rewriter.mapped(id));
        own.push_back(inside.at(id));
      }
      const Values values = ir::Inline(body, *source.regions[0], own);
      for (size_t r = 0; r < values.size(); ++r) inside.try_emplace(source.results[r], values[r]);
    }
    Values own;
    for (const ValueId id : node.operands) own.push_back(inside.at(id));
    const Values results = ir::Inline(body, *node.regions[0], own);
    std::vector<std::pair<std::string, Value>> outputs;
    ir::Types types;
    for (size_t r = 0; r < results.size(); ++r) {
      if (!is_read_[static_cast<size_t>(node.results[r])]) continue;
      outputs.emplace_back(fmt::format("y{}", outputs.size()), results[r]);
      types.push_back(results[r].type());
    }
    if (outputs.empty()) return Values(node.results.size());
    ASSIGN_OR_RETURN(Graph region, body.Finish(outputs));
    ASSIGN_OR_RETURN(region, Cse(region));
    ASSIGN_OR_RETURN(region, Dce(region));
    std::vector<size_t> all_outputs(outputs.size());
    std::iota(all_outputs.begin(), all_outputs.end(), 0);
    const std::vector<bool> needed = InputsOf(region, all_outputs);
    ASSIGN_OR_RETURN(region, WithNeededInputs(region, needed));
    Values needed_operands;
    for (size_t i = 0; i < needed.size(); ++i) {
      if (needed[i]) needed_operands.push_back(operands[i]);
    }
    ir::Attrs attrs =
        node.op == &kFusedRows ? ir::Attrs(RowAttrs(node, types)) : ir::Attrs(FusedAttrs{types});
    const Values built =
        rewriter.builder().AddAll(*node.op, needed_operands, std::move(attrs),
                                  {std::make_shared<const Graph>(std::move(region))});
    // One value a result: those that nobody reads have none.
    Values all;
    for (size_t r = 0, next = 0; r < node.results.size(); ++r) {
      const bool is_read = is_read_[static_cast<size_t>(node.results[r])];
      all.push_back(is_read ? built[next++] : Value());
    }
    return all;
  }

  FusedRowsAttrs RowAttrs(const Node& node, const ir::Types& types) const {
    FusedRowsAttrs attrs = node.attrs.As<FusedRowsAttrs>();
    attrs.results = types;
    return attrs;
  }

  const Graph& graph_;
  std::vector<std::vector<int32_t>> recomputed_;  // by node: the nodes that it has inside
  std::vector<bool> is_read_;                     // by value
};

}  // namespace

absl::StatusOr<Graph> Recompute(const Graph& graph) {
  return OnEveryGraph(graph, [](const Graph& one) { return Recomputation(one).Run(); });
}

}  // namespace tricorn::transform
