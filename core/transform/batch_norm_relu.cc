#include "core/transform/batch_norm_relu.h"

#include "core/ir/rewriter.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"
#include "core/transform/on_every_graph.h"

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

// Of dy = select(r > 0, dr, 0) with r = relu(y): y and dr; none of another value.
struct Masked {
  Value y, gradient;
};
Masked MaskedGradient(const Builder& builder, Value dy) {
  const Node* select = ProducerIf(builder, dy, ops::kSelect);
  if (select == nullptr || !IsZeros(builder, Value(dy, select->operands[2]))) return {};
  const Node* greater = ProducerIf(builder, Value(dy, select->operands[0]), ops::kGreater);
  if (greater == nullptr || !IsZeros(builder, Value(dy, greater->operands[1]))) return {};
  const Node* relu = ProducerIf(builder, Value(dy, greater->operands[0]), ops::kRelu);
  if (relu == nullptr) return {};
  return {Value(dy, relu->operands[0]), Value(dy, select->operands[1])};
}

absl::StatusOr<ir::Graph> Run(const ir::Graph& graph) {
  ir::Rewriter rewriter(graph);
  const Builder& builder = rewriter.builder();
  return rewriter.Run([&](const Node& node, Operands x) -> ir::Values {
    const bool is_gradient = node.op == &ops::kBatchNormGradient && SizeOf(x[0].dtype()) == 2;
    const Masked masked = is_gradient ? MaskedGradient(builder, x[4]) : Masked();
    const Node* forward =
        masked.y ? ProducerIf(builder, masked.y, ops::kBatchNormTraining) : nullptr;
    // x, gamma, mean and variance are those of the forward pass.
    if (forward == nullptr || forward->results[0] != masked.y.id() ||
        forward->operands[0] != x[0].id() || forward->operands[1] != x[1].id() ||
        forward->results[1] != x[2].id() || forward->results[2] != x[3].id()) {
      return rewriter.Copy(node, x);
    }
    const Value beta(x[0], forward->operands[2]);
    return rewriter.builder().AddAll(ops::kBatchNormReluGradient,
                                     {{x[0], x[1], beta, x[2], x[3], masked.gradient}}, node.attrs);
  });
}

}  // namespace

absl::StatusOr<ir::Graph> FuseBatchNormRelu(const ir::Graph& graph) {
  return OnEveryGraph(graph, Run);
}

}  // namespace tricorn::transform
