#include "core/transform/rewrite/simplify.h"

#include <algorithm>
#include <optional>

#include "core/ir/rewriter.h"
#include "core/ops/conv/conv.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Node;
using ir::Operands;
using ir::Value;

// The number that `value` is everywhere, where the graph says so.
std::optional<double> Splat(const Builder& builder, const Value& value) {
  const Node* node = builder.producer(value);
  if (node == nullptr) return std::nullopt;
  if (node->op == &ops::kBroadcast || node->op == &ops::kReshape) {
    return Splat(builder, Value(value, node->operands[0]));
  }
  const Tensor* constant = ir::ConstantValue(node);
  if (constant == nullptr || constant->num_elements() != 1) return std::nullopt;
  return constant->At(0);
}

bool IsIota(const ops::Axes& axes) {
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

bool AllZero(const ops::Axes& counts) {
  return std::all_of(counts.begin(), counts.end(), [](int64_t n) { return n == 0; });
}

// Operand `i` of the node that makes `value`, if that node is an `op`.
Value OperandIf(const Builder& builder, const Value& value, const ir::OpDef& op) {
  const Node* node = builder.producer(value);
  return node != nullptr && node->op == &op ? Value(value, node->operands[0]) : Value();
}

// Each rule gives the node's replacement, or none.

Value Arithmetic(const Builder& builder, const Node& node, Operands x) {
  const auto is = [&](size_t operand, double number) {
    return Splat(builder, x[operand]) == number;
  };
  if (node.op == &ops::kAdd) return is(1, 0) ? x[0] : is(0, 0) ? x[1] : Value();
  if (node.op == &ops::kSubtract) return is(1, 0) ? x[0] : Value();
  if (node.op == &ops::kMultiply) return is(1, 1) ? x[0] : is(0, 1) ? x[1] : Value();
  if (node.op == &ops::kDivide) return is(1, 1) ? x[0] : Value();
  if (node.op == &ops::kNegative) return OperandIf(builder, x[0], ops::kNegative);
  if (node.op == &ops::kStopGradient) return x[0];
  return {};
}

// A product whose axes from a and b are swapped is the product of b and a.
Value SwappedProduct(const Builder& builder, const Value& product, const ops::Axes& perm) {
  const Node* node = builder.producer(product);
  if (node == nullptr || node->op != &ops::kDotGeneral) return {};
  const auto& attrs = node->attrs.As<ops::DotGeneralAttrs>();
  const Value a(product, node->operands[0]), b(product, node->operands[1]);
  const auto batch = static_cast<int64_t>(attrs.a_batch.size());
  const int64_t from_a = a.rank() - batch - static_cast<int64_t>(attrs.a_contract.size());
  for (int64_t i = 0; i < product.rank(); ++i) {
    const int64_t from_b = product.rank() - batch - from_a;
    const int64_t swapped = i < batch ? i : i < batch + from_b ? i + from_a : i - from_b;
    if (perm[static_cast<size_t>(i)] != swapped) return {};
  }
  return ops::DotGeneral(b, a,
                         {.a_batch = attrs.b_batch,
                          .b_batch = attrs.a_batch,
                          .a_contract = attrs.b_contract,
                          .b_contract = attrs.a_contract});
}

Value Transposes(const Builder& builder, const Node& node, Value x) {
  ops::Axes perm = node.attrs.As<ops::TransposeAttrs>().perm;
  const Value inner = OperandIf(builder, x, ops::kTranspose);
  if (inner) {
    ops::Axes both;
    const ops::Axes& first = builder.producer(x)->attrs.As<ops::TransposeAttrs>().perm;
    for (const int64_t axis : perm) both.push_back(first[static_cast<size_t>(axis)]);
    perm = both;
    x = inner;
  }
  if (IsIota(perm)) return x;
  if (const Value product = SwappedProduct(builder, x, perm)) return product;
  return inner ? ops::Transpose(inner, perm) : Value();
}

Value Broadcasts(const Builder& builder, const Node& node, Value x) {
  const auto& attrs = node.attrs.As<ops::BroadcastAttrs>();
  if (IsIota(attrs.axes) && x.shape() == attrs.shape) return x;
  const Value inner = OperandIf(builder, x, ops::kBroadcast);
  if (!inner) return {};
  ops::Axes axes;
  for (const int64_t axis : builder.producer(x)->attrs.As<ops::BroadcastAttrs>().axes) {
    axes.push_back(attrs.axes[static_cast<size_t>(axis)]);
  }
  return ops::Broadcast(inner, attrs.shape, axes);
}

// `x` under another shape, by at most one reshape.
Value Reshaped(const Builder& builder, Value x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (const Value inner = OperandIf(builder, x, ops::kReshape)) x = inner;
  return x.shape() == shape ? x : ops::Reshape(x, shape);
}

Value Moves(const Builder& builder, const Node& node, Operands x) {
  if (node.op == &ops::kReshape) {
    return Reshaped(builder, x[0], node.attrs.As<ops::ReshapeAttrs>().shape);
  }
  if (node.op == &ops::kTranspose) return Transposes(builder, node, x[0]);
  if (node.op == &ops::kBroadcast) return Broadcasts(builder, node, x[0]);
  if (node.op == &ops::kConcatenate) return x.size() == 1 ? x[0] : Value();
  if (node.op == &ops::kSlice) {
    const auto& attrs = node.attrs.As<ops::SliceAttrs>();
    const bool whole = AllZero(attrs.start) && Shape(attrs.limit) == x[0].shape() &&
                       std::all_of(attrs.stride.begin(), attrs.stride.end(),
                                   [](int64_t stride) { return stride == 1; });
    return whole ? x[0] : Value();
  }
  if (node.op == &ops::kPad) {
    const auto& attrs = node.attrs.As<ops::PadAttrs>();
    const bool none = AllZero(attrs.low) && AllZero(attrs.high) && AllZero(attrs.interior);
    return none ? x[0] : Value();
  }
  return {};
}

// Zeros around what a convolution, or its gradient in the kernel, reads are padding of its own.
Value Paddings(const Builder& builder, const Node& node, Operands x) {
  if (node.op != &ops::kConv && node.op != &ops::kConvKernelGradient) return {};
  const Value inner = OperandIf(builder, x[0], ops::kPad);
  if (!inner) return {};
  const Node& pad = *builder.producer(x[0]);
  const auto& around = pad.attrs.As<ops::PadAttrs>();
  const auto is_negative = [](int64_t n) { return n < 0; };
  const auto last = static_cast<size_t>(inner.rank() - 1);
  const bool is_spatial = around.low[0] == 0 && around.high[0] == 0 && around.low[last] == 0 &&
                          around.high[last] == 0 && AllZero(around.interior) &&
                          std::none_of(around.low.begin(), around.low.end(), is_negative) &&
                          std::none_of(around.high.begin(), around.high.end(), is_negative);
  if (!is_spatial || Splat(builder, Value(x[0], pad.operands[1])) != 0) return {};
  const auto widened = [&](ops::ConvAttrs conv) {
    for (size_t k = 0; k < conv.padding_low.size(); ++k) {
      conv.padding_low[k] += around.low[k + 1];
      conv.padding_high[k] += around.high[k + 1];
    }
    return conv;
  };
  if (node.op == &ops::kConv) {
    return ops::Conv(inner, x[1], widened(node.attrs.As<ops::ConvAttrs>()));
  }
  const auto& attrs = node.attrs.As<ops::ConvGradientAttrs>();
  return ops::ConvKernelGradient(inner, x[1], widened(attrs.conv), attrs.shape);
}

// A reduction over axes of length 1 only renames the element.
Value Reductions(const Builder& builder, const Node& node, Operands x, const Shape& result) {
  const bool keeps = node.op == &ops::kSum || node.op == &ops::kMax || node.op == &ops::kMin ||
                     node.op == &ops::kProd;
  if (!keeps || x[0].shape().num_elements() != result.num_elements()) return {};
  return Reshaped(builder, x[0], result);
}

// A few rows of a table that is cast for them alone are taken before they are cast.
Value Takings(const Builder& builder, const Node& node, Operands x, const ir::Type& result,
              const std::vector<int32_t>& readers) {
  if (node.op != &ops::kTake || readers[static_cast<size_t>(node.operands[0])] > 1) return {};
  const Value table = OperandIf(builder, x[0], ops::kCast);
  const bool is_worth = table && IsFloating(table.dtype()) && IsFloating(x[0].dtype()) &&
                        result.num_elements() < table.type().num_elements();
  if (!is_worth) return {};
  return ops::Cast(x[0].builder().Add(ops::kTake, {{table, x[1]}}, node.attrs), x[0].dtype());
}

// By value: how many nodes and outputs read it.
std::vector<int32_t> ReadersOf(const ir::Graph& graph) {
  std::vector<int32_t> readers(graph.values().size(), 0);
  for (const Node& node : graph.nodes()) {
    for (const ir::ValueId id : node.operands) ++readers[static_cast<size_t>(id)];
  }
  for (const ir::NamedValue& output : graph.outputs()) ++readers[static_cast<size_t>(output.value)];
  return readers;
}

absl::StatusOr<ir::Graph> SimplifyOf(const ir::Graph& graph) {
  ir::Rewriter rewriter(graph);
  const std::vector<int32_t> readers = ReadersOf(graph);
  const Builder& builder = rewriter.builder();
  return rewriter.Run([&](const Node& node, Operands x) -> ir::Values {
    if (node.results.size() != 1 || x.empty()) return rewriter.Copy(node, x);
    Value value = Arithmetic(builder, node, x);
    if (!value) value = Moves(builder, node, x);
    if (!value) value = Paddings(builder, node, x);
    if (!value) value = Reductions(builder, node, x, graph.type(node.results[0]).shape);
    if (!value) value = Takings(builder, node, x, graph.type(node.results[0]), readers);
    if (!value) return rewriter.Copy(node, x);
    return {value};
  });
}

}  // namespace

absl::StatusOr<ir::Graph> Simplify(const ir::Graph& graph) {
  return OnEveryGraph(graph, SimplifyOf);
}

}  // namespace tricorn::transform
