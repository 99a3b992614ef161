#include "core/transform/fusion/fuse_rows.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/fusion/fuse_groups.h"
#include "core/transform/fusion/row_form.h"
#include "core/transform/rewrite/cse.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/decompose.h"
#include "core/transform/rewrite/on_every_graph.h"
#include "core/transform/rewrite/simplify.h"

namespace tricorn::transform {
namespace {

using ir::Graph;
using ir::Node;

// Connected nodes with a role in one form, and connected elementwise nodes of one shape.
class RowRules : public FusionRules {
 public:
  explicit RowRules(const Graph& graph) : graph_(graph), roles_(graph) {}

  bool IsMember(const Node& node) const override {
    return roles_.role(node) != RowRole::kNone || IsElementwise(node);
  }
  bool IsAbsorbed(const Node& node) const override {
    if (IsRepeated(node) || node.op == &ops::kIota) return true;
    if (node.op != &ops::kRandomBits) return false;
    const Node* key = graph_.producer(node.operands[0]);
    return key == nullptr || !IsRepeated(*key);
  }
  bool MayFuse(const Node& p, ir::ValueId value, const Node& n) const override {
    if (roles_.form(p) != roles_.form(n)) return false;
    if (roles_.form(n) == nullptr)
      return graph_.type(value).shape == graph_.type(n.results[0]).shape;
    switch (roles_.part(value)) {
      case RowPart::kWhole:
        // Sums of long rows would take more registers than there are.
        return roles_.role(n) != RowRole::kColumnReduce || !roles_.reduces_rows(*roles_.form(n)) ||
               roles_.form(n)->row_length() <= kMaxColumnsWithin;
      case RowPart::kPerRow:
        return roles_.role(n) == RowRole::kComposite ||
               (roles_.role(n) != RowRole::kRowReduce && roles_.role(n) != RowRole::kColumnReduce &&
                roles_.part(n.results[0]) == RowPart::kPerRow);
      default:
        return false;
    }
  }
  bool MayFuseThrough(const Node& p, ir::ValueId value, const Node& through,
                      const Node& n) const override {
    const RowForm* form = roles_.form(n);
    return form != nullptr && roles_.form(p) == form && roles_.part(value) == RowPart::kPerRow &&
           roles_.SpreadsOverRows(through, *form);
  }

  // Whether the nodes are elementwise ones of one shape.
  bool AreElementwise(std::span<const Node* const> nodes) const {
    return std::all_of(nodes.begin(), nodes.end(), [&](const Node* node) {
      return IsElementwise(*node) &&
             graph_.type(node->results[0]).shape == graph_.type(nodes[0]->results[0]).shape;
    });
  }
  // Whether all there is is one reshape of what the group reads.
  bool IsPlainReshape(std::span<const Node* const> nodes) const {
    if (nodes.size() != 1 || nodes[0]->op != &ops::kReshape) return false;
    const Node* operand = graph_.producer(nodes[0]->operands[0]);
    return operand == nullptr || !IsAbsorbed(*operand);
  }
  const RowForm& FormOf(const Node& node) const { return *roles_.form(node); }

 private:
  const Graph& graph_;
  const RowRoles roles_;
};

bool KeepNone(const Graph&, const Node&) { return false; }

FusedRowsAttrs AttrsOf(const RowForm& form, const Graph& region) {
  FusedRowsAttrs attrs{form.shape, form.axis, {}};
  for (const ir::NamedValue& output : region.outputs()) {
    attrs.results.push_back(region.type(output.value));
  }
  return attrs;
}

absl::StatusOr<Graph> Opened(Graph region) {
  ASSIGN_OR_RETURN(region, Decompose(std::move(region), KeepNone));
  ASSIGN_OR_RETURN(region, Simplify(region));
  ASSIGN_OR_RETURN(region, Cse(region));
  return Dce(region);
}

// Smaller arrays are summed by one block.
constexpr int64_t kManyElements = 65536;

// Reductions of whole arrays become those of all rows to one, which many blocks share and which
// take in what computes the array, and then of that row.
absl::StatusOr<Graph> SplitTotals(const Graph& graph) {
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const Node& node, ir::Operands x) -> ir::Values {
    const bool reduces = node.op == &ops::kSum || node.op == &ops::kMax || node.op == &ops::kMin;
    if (!reduces) return rewriter.Copy(node, x);
    const Shape& shape = x[0].shape();
    const auto& axes = node.attrs.As<ops::ReduceAttrs>().axes;
    const int64_t last = shape.rank() - 1;
    const bool is_split = static_cast<int64_t>(axes.size()) == shape.rank() && last > 0 &&
                          shape.num_elements() >= kManyElements &&
                          shape[static_cast<int>(last)] > 1 &&
                          shape[static_cast<int>(last)] <= kMaxColumnsWithin;
    if (!is_split) return rewriter.Copy(node, x);
    ir::Builder& builder = rewriter.builder();
    const ops::Axes first(axes.begin(), axes.end() - 1);
    const ir::Value row = builder.Add(*node.op, {{x[0]}}, ops::ReduceAttrs{first});
    return {builder.Add(*node.op, {{row}}, ops::ReduceAttrs{{0}})};
  });
}

absl::StatusOr<Graph> FuseRowsOf(const Graph& unsplit) {
  ASSIGN_OR_RETURN(const Graph graph, SplitTotals(unsplit));
  const RowRules rules(graph);
  return FuseGroups(
      graph, rules,
      [&](std::span<const Node* const> nodes, Graph body) -> absl::StatusOr<FusedNode> {
        if (rules.AreElementwise(nodes)) return MakeFusedElementwise(std::move(body));
        if (rules.IsPlainReshape(nodes)) {
          return FusedNode{nodes[0]->op, nodes[0]->attrs, nullptr};
        }
        ASSIGN_OR_RETURN(Graph region, Opened(std::move(body)));
        FusedRowsAttrs attrs = AttrsOf(rules.FormOf(*nodes[0]), region);
        return FusedNode{&kFusedRows, std::move(attrs),
                         std::make_shared<const Graph>(std::move(region))};
      });
}

}  // namespace

const ir::OpDef kFusedRows = ir::Op<FusedRowsAttrs>{
    .name = "fused_rows",
    .doc = "results of its region, which reduces rows of arrays of `shape`",
    .infer_all = [](std::span<const ir::Type>,
                    const FusedRowsAttrs& a) -> absl::StatusOr<ir::Types> {
      if (a.results.empty()) return InvalidArgument("expected at least one result, received none");
      return a.results;
    },
};

absl::StatusOr<Graph> FuseRows(const Graph& graph) { return OnEveryGraph(graph, FuseRowsOf); }

absl::StatusOr<RowRegion> OpenComposite(const ir::OpDef& op, std::span<const ir::Type> operands,
                                        const ir::Attrs& attrs) {
  ir::Builder builder;
  ir::Values x;
  for (const ir::Type& type : operands) {
    x.push_back(builder.Input(fmt::format("x{}", x.size()), type));
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (const ir::Value& y : builder.AddAll(op, x, attrs)) {
    outputs.emplace_back(fmt::format("y{}", outputs.size()), y);
  }
  ASSIGN_OR_RETURN(Graph graph, builder.Finish(outputs));
  const std::optional<RowForm> form = FormOfComposite(graph, graph.nodes()[0]);
  if (!form) return Unimplemented("{}: expected a composite of rows", op.name);
  ASSIGN_OR_RETURN(graph, Opened(std::move(graph)));
  FusedRowsAttrs row_attrs = AttrsOf(*form, graph);
  return RowRegion{std::move(row_attrs), std::move(graph)};
}

}  // namespace tricorn::transform
