#include "core/backend/cuda/product/stacked_gradients.h"

#include <array>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/collective/collective.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::backend::cuda {
namespace {

using ir::Node;
using ir::Operands;
using ir::Value;
using ir::ValueId;
using ir::Values;

constexpr size_t kParts = 3;  // of an attention: q, k, v

Shape StackOf(const Shape& part, int64_t count) {
  std::vector<int64_t> dims = {count};
  dims.insert(dims.end(), part.begin(), part.end());
  return Shape(std::move(dims));
}

Shape PartOf(const Shape& stack) { return Shape({stack.begin() + 1, stack.end()}); }

// A view of part `i`.
Value Part(Value stack, int64_t i) {
  const Shape part = PartOf(stack.shape());
  const Value flat = ops::Reshape(stack, {stack.shape().num_elements()});
  return flat.builder().Add(
      ops::kBucketSlice, {{flat}},
      ops::BucketSliceAttrs{.offset = i * part.num_elements(), .shape = part});
}

Value Stack(const Values& parts) {
  Values rows;
  for (const Value& part : parts) rows.push_back(ops::Reshape(part, StackOf(part.shape(), 1)));
  return ops::Concatenate(rows, 0);
}

absl::StatusOr<ir::Type> InferProduct(std::span<const ir::Type> x,
                                      const StackedProductAttrs& attrs) {
  RETURN_IF_ERROR(ops::ExpectCount(x, 2));
  if (x[1].rank() < 1) {
    return InvalidArgument("expected a stack, received {}", x[1].ToString());
  }
  const std::array<ir::Type, 2> of_part = {x[0], {x[1].dtype, PartOf(x[1].shape)}};
  ASSIGN_OR_RETURN(const ir::Types part, ops::kDotGeneral.infer(of_part, ir::Attrs(attrs.dot())));
  return ir::Type{part[0].dtype, StackOf(part[0].shape, x[1].shape[0])};
}

Value DecomposedProduct(Operands x, const StackedProductAttrs& attrs) {
  Values parts;
  for (int64_t i = 0; i < x[1].dim(0); ++i) {
    parts.push_back(ops::DotGeneral(x[0], Part(x[1], i), attrs.dot()));
  }
  return Stack(parts);
}

absl::StatusOr<ir::Type> InferGradient(std::span<const ir::Type> x,
                                       const ops::AttentionGradientAttrs& attrs) {
  ASSIGN_OR_RETURN(const ir::Types parts,
                   ops::kDotProductAttentionGradient.infer(x, ir::Attrs(attrs)));
  if (parts.size() != kParts || !(parts[0] == parts[1]) || !(parts[0] == parts[2])) {
    return InvalidArgument("expected {} gradients of type {}, received {}, the last of type {}",
                           kParts, parts[0].ToString(), parts.size(), parts.back().ToString());
  }
  return ir::Type{parts[0].dtype, StackOf(parts[0].shape, kParts)};
}

Value DecomposedGradient(Operands x, const ops::AttentionGradientAttrs& attrs) {
  return Stack(x[0].builder().AddAll(ops::kDotProductAttentionGradient, x, attrs));
}

// An attention's gradient, and a product of each of its results with one other value.
struct Group {
  std::array<const Node*, kParts> products = {};
  StackedProductAttrs attrs;
};

class Stacker {
 public:
  Stacker(const ir::Graph& graph, const transform::KeepComposite& has_kernel)
      : graph_(graph), rewriter_(graph), has_kernel_(has_kernel) {
    absl::flat_hash_map<ValueId, std::vector<const Node*>> products;  // by their second operand
    for (const Node& node : graph.nodes()) {
      if (node.op == &ops::kDotGeneral) products[node.operands[1]].push_back(&node);
    }
    for (const Node& node : graph.nodes()) {
      if (node.op != &ops::kDotProductAttentionGradient || node.results.size() != kParts) continue;
      for (const Node* first : products[node.results[0]]) {
        if (FindGroup(node, *first, products)) break;
      }
    }
  }

  absl::StatusOr<ir::Graph> Run() {
    return rewriter_.Run([&](const Node& node, Operands x) -> Values {
      if (const auto group = by_gradient_.find(&node); group != by_gradient_.end()) {
        return Gradients(node, x, group->second);
      }
      if (const auto made = products_.find(&node); made != products_.end()) return {made->second};
      return rewriter_.Copy(node, x);
    });
  }

 private:
  using Products = absl::flat_hash_map<ValueId, std::vector<const Node*>>;

  bool FindGroup(const Node& gradient, const Node& first, const Products& products) {
    const auto& attrs = first.attrs.As<ops::DotGeneralAttrs>();
    if (!attrs.a_batch.empty()) return false;
    Group group{.attrs = {attrs.a_contract, attrs.b_contract}};
    for (size_t i = 0; i < kParts; ++i) {
      const auto found = products.find(gradient.results[i]);
      if (found == products.end()) return false;
      for (const Node* node : found->second) {
        const auto& other = node->attrs.As<ops::DotGeneralAttrs>();
        const bool is_alike = node->operands[0] == first.operands[0] &&
                              other.a_contract == attrs.a_contract &&
                              other.b_contract == attrs.b_contract && other.a_batch.empty() &&
                              graph_.type(node->operands[1]) == graph_.type(first.operands[1]);
        if (is_alike) group.products[i] = node;
      }
      if (group.products[i] == nullptr) return false;
    }
    by_gradient_[&gradient] = groups_.size();
    groups_.push_back(std::move(group));
    return true;
  }

  // The attention's gradients as parts of one array, and the products of them; as they are if there
  // is no kernel for that.
  Values Gradients(const Node& node, Operands x, size_t index) {
    const Group& group = groups_[index];
    const Value a = rewriter_.mapped(group.products[0]->operands[0]);
    if (!a) return rewriter_.Copy(node, x);
    ir::Builder& builder = rewriter_.builder();
    const Value stack = builder.Add(kStackedAttentionGradient, x, node.attrs);
    const Value product = builder.Add(kStackedProduct, {{a, stack}}, ir::Attrs(group.attrs));
    if (!transform::IsKept(has_kernel_, stack) || !transform::IsKept(has_kernel_, product)) {
      return rewriter_.Copy(node, x);
    }
    Values parts;
    for (size_t i = 0; i < kParts; ++i) {
      parts.push_back(Part(stack, static_cast<int64_t>(i)));
      products_[group.products[i]] = Part(product, static_cast<int64_t>(i));
    }
    return parts;
  }

  const ir::Graph& graph_;
  ir::Rewriter rewriter_;
  const transform::KeepComposite& has_kernel_;
  std::vector<Group> groups_;
  absl::flat_hash_map<const Node*, size_t> by_gradient_;  // into groups_
  absl::flat_hash_map<const Node*, Value> products_;      // of groups with a stack
};

}  // namespace

const ir::OpDef kStackedProduct = ir::Op<StackedProductAttrs>{
    .name = "stacked_product",
    .doc = "dot_general(a, part) for each part along b's first axis",
    .infer = InferProduct,
    .decompose = DecomposedProduct,
};

const ir::OpDef kStackedAttentionGradient = ir::Op<ops::AttentionGradientAttrs>{
    .name = "stacked_attention_gradient",
    .doc = "the results of dot_product_attention_gradient along a first axis",
    .infer = InferGradient,
    .decompose = DecomposedGradient,
};

absl::StatusOr<ir::Graph> StackGradients(const ir::Graph& graph,
                                         const transform::KeepComposite& has_kernel) {
  return transform::OnEveryGraph(
      graph, [&](const ir::Graph& one) { return Stacker(one, has_kernel).Run(); });
}

}  // namespace tricorn::backend::cuda
