#include "core/backend/cuda/product/fused_product.h"

#include <optional>

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::backend::cuda {
namespace {

using ir::Node;
using ir::Operands;
using ir::Value;
using ir::ValueId;
using ir::Values;

// How many of the product's axes are b's: the last ones.
size_t AxesFromB(int b_rank, const FusedProductAttrs& attrs) {
  return static_cast<size_t>(b_rank) - attrs.b_batch.size() - attrs.b_contract.size();
}

absl::StatusOr<ir::Type> Infer(std::span<const ir::Type> x, const FusedProductAttrs& attrs) {
  const size_t count = size_t{2} + (attrs.has_bias ? 1 : 0) + (attrs.has_addend ? 1 : 0);
  RETURN_IF_ERROR(ops::ExpectCount(x, count));
  ASSIGN_OR_RETURN(const ir::Types product,
                   ops::kDotGeneral.infer(x.subspan(0, 2), ir::Attrs(attrs.dot())));
  const ir::Type& y = product[0];
  if (attrs.has_bias) {
    const auto rank = static_cast<int>(AxesFromB(x[1].rank(), attrs));
    std::vector<int64_t> dims;
    for (int k = y.rank() - rank; k < y.rank(); ++k) dims.push_back(y.shape[k]);
    RETURN_IF_ERROR(ops::ExpectSameType({y.dtype, Shape(std::move(dims))}, x[2]));
  }
  if (attrs.has_addend) RETURN_IF_ERROR(ops::ExpectSameType(y, x.back()));
  return y;
}

Value Decomposed(Operands x, const FusedProductAttrs& attrs) {
  Value y = ops::DotGeneral(x[0], x[1], attrs.dot());
  if (attrs.has_bias) {
    ops::Axes axes;
    for (int k = y.rank() - x[2].rank(); k < y.rank(); ++k) axes.push_back(k);
    y = y + ops::Broadcast(x[2], y.shape(), axes);
  }
  if (attrs.has_addend) y = y + x.back();
  return attrs.has_relu ? ops::Maximum(y, 0.0) : y;
}

// A product with what it has taken in so far.
struct Candidate {
  FusedProductAttrs attrs;
  Values operands;
};

class Fuser {
 public:
  Fuser(const ir::Graph& graph, const transform::KeepComposite& has_kernel)
      : rewriter_(graph), has_kernel_(has_kernel), uses_(graph.values().size(), 0) {
    for (const Node& node : graph.nodes()) {
      for (const ValueId id : node.operands) ++uses_[static_cast<size_t>(id)];
    }
    for (const ir::NamedValue& output : graph.outputs()) {
      ++uses_[static_cast<size_t>(output.value)];
    }
  }

  absl::StatusOr<ir::Graph> Run() {
    return rewriter_.Run([&](const Node& node, Operands x) -> Values {
      Value fused;
      if (node.op == &ops::kAdd) fused = FuseAdd(node, x);
      if (node.op == &ops::kMaximum) fused = FuseMaximum(node, x);
      return fused ? Values{fused} : rewriter_.Copy(node, x);
    });
  }

 private:
  const Node* producer(const Value& value) { return rewriter_.builder().producer(value); }

  // The product that makes the node's operand `i`, if nobody else reads it and its result goes
  // through nothing but sums yet.
  std::optional<Candidate> ProductAt(const Node& node, Operands x, size_t i) {
    const Node* made = producer(x[i]);
    if (made == nullptr || uses_[static_cast<size_t>(node.operands[i])] != 1) return std::nullopt;
    Candidate candidate;
    if (made->op == &kFusedProduct) {
      candidate.attrs = made->attrs.As<FusedProductAttrs>();
      if (candidate.attrs.has_relu) return std::nullopt;
    } else if (made->op == &ops::kDotGeneral && IsFloating(x[i].dtype())) {
      const auto& dot = made->attrs.As<ops::DotGeneralAttrs>();
      candidate.attrs = {.a_batch = dot.a_batch,
                         .b_batch = dot.b_batch,
                         .a_contract = dot.a_contract,
                         .b_contract = dot.b_contract};
    } else {
      return std::nullopt;
    }
    for (const ValueId id : made->operands) candidate.operands.emplace_back(x[i], id);
    return candidate;
  }

  Value Make(const Candidate& candidate) {
    const Value fused =
        rewriter_.builder().Add(kFusedProduct, candidate.operands, ir::Attrs(candidate.attrs));
    return transform::IsKept(has_kernel_, fused) ? fused : Value();
  }

  // What `value` repeats along all axes but b's, if it does.
  Value BiasFor(const Candidate& candidate, const Value& value) {
    const Node* made = producer(value);
    if (made == nullptr || made->op != &ops::kBroadcast || candidate.attrs.has_bias) return {};
    if (!candidate.attrs.a_batch.empty()) return {};
    const Value bias(value, made->operands[0]);
    const size_t rank = AxesFromB(candidate.operands[1].rank(), candidate.attrs);
    const ops::Axes& axes = made->attrs.As<ops::BroadcastAttrs>().axes;
    if (axes.size() != rank || rank == 0) return {};
    for (size_t k = 0; k < rank; ++k) {
      const int axis = value.rank() - static_cast<int>(rank - k);
      if (axes[k] != axis || bias.shape()[static_cast<int>(k)] != value.shape()[axis]) return {};
    }
    return bias;
  }

  Value FuseAdd(const Node& node, Operands x) {
    // Of two products the later one: the other is there by then.
    const size_t later = x[1].id() > x[0].id() ? 1 : 0;
    for (const size_t i : {later, 1 - later}) {
      std::optional<Candidate> candidate = ProductAt(node, x, i);
      if (!candidate) continue;
      const Value& other = x[1 - i];
      if (const Value bias = BiasFor(*candidate, other)) {
        candidate->attrs.has_bias = true;
        candidate->operands.insert(candidate->operands.begin() + 2, bias);
      } else if (!candidate->attrs.has_addend && other.shape() == x[i].shape() &&
                 IsStored(node, other, 1 - i)) {
        candidate->attrs.has_addend = true;
        candidate->operands.push_back(other);
      } else {
        continue;
      }
      if (const Value fused = Make(*candidate)) return fused;
    }
    return {};
  }

  // Whether the value lies in memory anyway: fusion does not write out what elementwise nodes make
  // for the sum alone.
  bool IsStored(const Node& node, const Value& value, size_t i) {
    const Node* made = producer(value);
    if (made == nullptr) return true;
    if (made->op == &ops::kBroadcast || made->op == &ir::kConstant) return false;
    return made->op->kind != ir::OpKind::kElementwise ||
           uses_[static_cast<size_t>(node.operands[i])] > 1;
  }

  Value FuseMaximum(const Node& node, Operands x) {
    std::optional<Candidate> candidate = ProductAt(node, x, 0);
    if (!candidate || !IsZero(x[1])) return {};
    candidate->attrs.has_relu = true;
    return Make(*candidate);
  }

  bool IsZero(const Value& value) {
    const Node* made = producer(value);
    if (made != nullptr && made->op == &ops::kBroadcast) {
      made = producer(Value(value, made->operands[0]));
    }
    const Tensor* constant = ir::ConstantValue(made);
    return constant != nullptr && constant->num_elements() == 1 && constant->At(0) == 0;
  }

  ir::Rewriter rewriter_;
  const transform::KeepComposite& has_kernel_;
  std::vector<int32_t> uses_;  // by value of the graph
};

}  // namespace

const ir::OpDef kFusedProduct = ir::Op<FusedProductAttrs>{
    .name = "fused_product",
    .doc = "[relu](dot_general(a, b) + bias + addend), rounded once",
    .infer = Infer,
    .decompose = Decomposed,
};

absl::StatusOr<ir::Graph> FuseProducts(const ir::Graph& graph,
                                       const transform::KeepComposite& has_kernel) {
  return transform::OnEveryGraph(
      graph, [&](const ir::Graph& one) { return Fuser(one, has_kernel).Run(); });
}

}  // namespace tricorn::backend::cuda
