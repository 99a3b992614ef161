#include "core/transform/absorb/absorb_padding.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "core/ir/builder.h"
#include "core/ir/rewriter.h"
#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/pool/pool.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Graph;
using ir::Node;
using ir::Operands;
using ir::Value;
using ir::ValueId;

// How much is around an array (batch, spatial..., channels) along its spatial axes.
struct Border {
  ops::Axes low, high;
};

bool AllAre(const ops::Axes& axes, int64_t n) {
  return std::all_of(axes.begin(), axes.end(), [n](int64_t axis) { return axis == n; });
}

std::optional<Border> SpatialBorder(const ops::Axes& low, const ops::Axes& high) {
  const auto is_negative = [](int64_t n) { return n < 0; };
  if (low.size() < 3 || low.front() != 0 || high.front() != 0 || low.back() != 0 ||
      high.back() != 0 || std::any_of(low.begin(), low.end(), is_negative) ||
      std::any_of(high.begin(), high.end(), is_negative)) {
    return std::nullopt;
  }
  return Border{ops::Axes(low.begin() + 1, low.end() - 1),
                ops::Axes(high.begin() + 1, high.end() - 1)};
}

template <typename Attrs>
Attrs Widened(Attrs attrs, const Border& border) {
  for (size_t k = 0; k < attrs.padding_low.size(); ++k) {
    attrs.padding_low[k] += border.low[k];
    attrs.padding_high[k] += border.high[k];
  }
  return attrs;
}

class Absorber {
 public:
  explicit Absorber(const Graph& graph)
      : graph_(graph), rewriter_(graph), readers_(graph.values().size()) {
    for (const Node& node : graph.nodes()) {
      for (const ValueId id : node.operands) readers_[static_cast<size_t>(id)].push_back(&node);
    }
    for (const ir::NamedValue& output : graph.outputs()) {
      readers_[static_cast<size_t>(output.value)].push_back(nullptr);
    }
  }

  absl::StatusOr<Graph> Run() {
    return rewriter_.Run([&](const Node& node, Operands x) -> ir::Values {
      Value value;
      if (node.op == &ops::kMaxPool) value = PoolOfPadded(node);
      if (node.op == &ops::kSlice) value = CutGradient(node);
      return value ? ir::Values{value} : rewriter_.Copy(node, x);
    });
  }

 private:
  const Node* ProducerIf(ValueId id, const ir::OpDef& op) const {
    const Node* node = graph_.producer(id);
    return node != nullptr && node->op == &op ? node : nullptr;
  }
  const std::vector<const Node*>& readers(ValueId id) const {
    return readers_[static_cast<size_t>(id)];
  }

  // The number that `id` is everywhere, where the graph says so.
  std::optional<double> Splat(ValueId id) const {
    if (const Node* broadcast = ProducerIf(id, ops::kBroadcast)) id = broadcast->operands[0];
    const Tensor* constant = ir::ConstantValue(graph_.producer(id));
    if (constant == nullptr || constant->num_elements() != 1) return std::nullopt;
    return constant->At(0);
  }

  // The pad that makes `padded`, when what it puts around is never more than what is inside, so
  // that it may as well never win: all windows reach inside.
  const Node* HarmlessPad(ValueId padded, const ops::MaxPoolAttrs& pool, Border& border) const {
    const Node* pad = ProducerIf(padded, ops::kPad);
    if (pad == nullptr) return nullptr;
    const auto& attrs = pad->attrs.As<ops::PadAttrs>();
    const std::optional<Border> around = SpatialBorder(attrs.low, attrs.high);
    if (!around || !AllAre(attrs.interior, 0)) return nullptr;
    for (size_t k = 0; k < pool.window.size(); ++k) {
      if (pool.padding_low[k] + around->low[k] >= pool.window[k] ||
          pool.padding_high[k] + around->high[k] >= pool.window[k]) {
        return nullptr;
      }
    }
    const std::optional<double> value = Splat(pad->operands[1]);
    const bool is_least = value == -std::numeric_limits<double>::infinity();
    const bool is_rectified = value == 0 && ProducerIf(pad->operands[0], ops::kRelu) != nullptr;
    if (!is_least && !is_rectified) return nullptr;
    border = *around;
    return pad;
  }

  Value PoolOfPadded(const Node& node) {
    const auto& pool = node.attrs.As<ops::MaxPoolAttrs>();
    Border border;
    const Node* pad = HarmlessPad(node.operands[0], pool, border);
    if (pad == nullptr) return {};
    return ops::MaxPool(rewriter_.mapped(pad->operands[0]), Widened(pool, border));
  }

  Value CutGradient(const Node& slice) {
    const auto& attrs = slice.attrs.As<ops::SliceAttrs>();
    const Shape& whole = graph_.type(slice.operands[0]).shape;
    ops::Axes high;
    for (int k = 0; k < whole.rank(); ++k) {
      high.push_back(whole[k] - attrs.limit[static_cast<size_t>(k)]);
    }
    const std::optional<Border> border = SpatialBorder(attrs.start, high);
    const bool is_alone = readers(slice.operands[0]).size() == 1;
    if (!border || !AllAre(attrs.stride, 1) || !is_alone) return {};
    if (const Node* conv = ProducerIf(slice.operands[0], ops::kConvInputGradient)) {
      const auto& gradient = conv->attrs.As<ops::ConvGradientAttrs>();
      return ops::ConvInputGradient(
          rewriter_.mapped(conv->operands[0]), rewriter_.mapped(conv->operands[1]),
          Widened(gradient.conv, *border), graph_.type(slice.results[0]).shape);
    }
    const Node* pool = ProducerIf(slice.operands[0], ops::kMaxPoolGradient);
    return pool == nullptr ? Value() : CutPoolGradient(slice, *pool, *border);
  }

  // Where zeros around ReLU's result tie with zeros of its own, those win now: their gradient must
  // end in ReLU's, which is 0 there.
  Value CutPoolGradient(const Node& slice, const Node& pool, const Border& cut) {
    const auto& attrs = pool.attrs.As<ops::MaxPoolAttrs>();
    Border border;
    const Node* pad = HarmlessPad(pool.operands[0], attrs, border);
    if (pad == nullptr || border.low != cut.low || border.high != cut.high) return {};
    const Value x = rewriter_.mapped(pad->operands[0]);
    const bool ties = Splat(pad->operands[1]) == 0;
    if (ties && !EndsInRelu(slice.results[0], pad->operands[0])) return {};
    return rewriter_.builder().Add(ops::kMaxPoolGradient, {{x, rewriter_.mapped(pool.operands[1])}},
                                   Widened(attrs, border));
  }

  // Whether all that reads `gradient` is select(relu > 0, gradient, 0).
  bool EndsInRelu(ValueId gradient, ValueId relu) const {
    return std::all_of(readers(gradient).begin(), readers(gradient).end(), [&](const Node* node) {
      if (node == nullptr || node->op != &ops::kSelect || node->operands[1] != gradient ||
          Splat(node->operands[2]) != 0) {
        return false;
      }
      const Node* greater = ProducerIf(node->operands[0], ops::kGreater);
      return greater != nullptr && greater->operands[0] == relu && Splat(greater->operands[1]) == 0;
    });
  }

  const Graph& graph_;
  ir::Rewriter rewriter_;
  std::vector<std::vector<const Node*>> readers_;  // by value; nullptr for an output
};

}  // namespace

absl::StatusOr<Graph> AbsorbPadding(const Graph& graph) {
  return OnEveryGraph(graph, [](const Graph& one) { return Absorber(one).Run(); });
}

}  // namespace tricorn::transform
