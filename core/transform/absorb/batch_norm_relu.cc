#include "core/transform/absorb/batch_norm_relu.h"

#include "absl/container/flat_hash_map.h"
#include "core/ir/rewriter.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Node;
using ir::Operands;
using ir::Value;

const Node* ProducerIf(const Builder& builder, const Value& value, const ir::OpDef& op) {
  const Node* node = builder.producer(value);
  return node != nullptr && node->op == &op ? node : nullptr;
}

// Whether `value` is the constant 0 everywhere.
bool IsZeros(const Builder& builder, Value value) {
  if (const Node* broadcast = ProducerIf(builder, value, ops::kBroadcast)) {
    value = Value(value, broadcast->operands[0]);
  }
  const Tensor* constant = ir::ConstantValue(builder.producer(value));
  return constant != nullptr && constant->num_elements() == 1 && constant->At(0) == 0;
}

// Of dy = select(r > 0, dr, 0) with r = relu(y): r, y and dr; none of another value.
struct Masked {
  Value r, y, gradient;
};
Masked MaskedGradient(const Builder& builder, Value dy) {
  const Node* select = ProducerIf(builder, dy, ops::kSelect);
  if (select == nullptr || !IsZeros(builder, Value(dy, select->operands[2]))) return {};
  const Node* greater = ProducerIf(builder, Value(dy, select->operands[0]), ops::kGreater);
  if (greater == nullptr || !IsZeros(builder, Value(dy, greater->operands[1]))) return {};
  const Value r(dy, greater->operands[0]);
  const Node* relu = ProducerIf(builder, r, ops::kRelu);
  if (relu == nullptr) return {};
  return {r, Value(dy, relu->operands[0]), Value(dy, select->operands[1])};
}

// Whether `y` is the result of the normalization of which the gradient has these operands.
bool IsResultOf(const Node* forward, const Value& y, Operands gradient) {
  return forward != nullptr && forward->results[0] == y.id() &&
         forward->operands[0] == gradient[0].id() && forward->operands[1] == gradient[1].id() &&
         forward->results[1] == gradient[2].id() && forward->results[2] == gradient[3].id();
}

// The gradients that reach r: the two of a sum.
ir::Values Parts(const Builder& builder, const Value& gradient) {
  const Node* sum = ProducerIf(builder, gradient, ops::kAdd);
  if (sum == nullptr) return {gradient};
  return {Value(gradient, sum->operands[0]), Value(gradient, sum->operands[1])};
}

// The gradient of another normalization, the only other one, that reads the dy of `node`.
const Node* OtherGradient(const ir::Graph& graph, const Node& node) {
  const Node* other = nullptr;
  for (const Node& n : graph.nodes()) {
    if (n.op != node.op || n.operands[4] != node.operands[4] || &n == &node) continue;
    const bool is_alike =
        n.attrs == node.attrs && graph.type(n.operands[0]) == graph.type(node.operands[0]);
    if (other != nullptr || !is_alike || n.operands[0] == node.operands[0]) return nullptr;
    other = &n;
  }
  return other;
}

absl::StatusOr<ir::Graph> Run(const ir::Graph& graph) {
  ir::Rewriter rewriter(graph);
  ir::Builder& builder = rewriter.builder();
  absl::flat_hash_map<const Node*, ir::Values> made;  // together with another's
  return rewriter.Run([&](const Node& node, Operands x) -> ir::Values {
    if (const auto known = made.find(&node); known != made.end()) return known->second;
    const bool is_gradient = node.op == &ops::kBatchNormGradient && x[0].dtype() != DType::kF64;
    const Masked masked = is_gradient ? MaskedGradient(builder, x[4]) : Masked();
    if (!masked.r) return rewriter.Copy(node, x);
    const Node* forward = ProducerIf(builder, masked.y, ops::kBatchNormTraining);
    if (IsResultOf(forward, masked.y, x)) {
      const Value beta(x[0], forward->operands[2]);
      return builder.AddAll(ops::kBatchNormReluGradient,
                            {{x[0], x[1], beta, x[2], x[3], masked.gradient}}, node.attrs);
    }
    const Node* other = OtherGradient(graph, node);
    ir::Values operands(x.begin(), x.begin() + 4);
    for (size_t i = 0; other != nullptr && i < 4; ++i) {
      operands.push_back(rewriter.mapped(other->operands[i]));
    }
    operands.push_back(masked.r);
    for (const Value& part : Parts(builder, masked.gradient)) operands.push_back(part);
    const ir::OpDef& op =
        other != nullptr ? ops::kBatchNormMaskedPairGradient : ops::kBatchNormMaskedGradient;
    const ir::Values results = builder.AddAll(op, operands, node.attrs);
    if (results.size() < 4) return ir::Values(3, Value(&builder, -1));
    rewriter.Map(node.operands[4], results[3]);  // for what reads dy from here on
    if (other != nullptr) made[other] = {results[4], results[5], results[2]};
    return {results[0], results[1], results[2]};
  });
}

}  // namespace

absl::StatusOr<ir::Graph> FuseBatchNormRelu(const ir::Graph& graph) {
  return OnEveryGraph(graph, Run);
}

}  // namespace tricorn::transform
