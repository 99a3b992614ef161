#include "core/transform/gradient/step_sum.h"

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::transform {
namespace {

using ir::Node;
using ir::Value;
using ir::Values;

// The contraction, with the axis of the steps put before both operands' axes.
ops::DotGeneralAttrs OverSteps(const ops::DotGeneralAttrs& step) {
  ops::DotGeneralAttrs all{.a_contract = {0}, .b_contract = {0}};
  for (const int64_t axis : step.a_contract) all.a_contract.push_back(axis + 1);
  for (const int64_t axis : step.b_contract) all.b_contract.push_back(axis + 1);
  return all;
}

}  // namespace

StepSum::StepSum(const ir::Builder& step, const Value& gradient,
                 absl::FunctionRef<bool(const Value&)> is_per_step) {
  if (!ops::IsZero(gradient)) Split(step, gradient, is_per_step, {});
}

void StepSum::Split(const ir::Builder& step, const Value& gradient,
                    absl::FunctionRef<bool(const Value&)> is_per_step,
                    std::vector<const Node*> moves) {
  const Node* node = step.producer(gradient);
  const auto operand = [&](size_t i) { return Value(gradient, node->operands[i]); };
  if (node != nullptr && node->op == &ops::kAdd && moves.empty()) {
    Split(step, operand(0), is_per_step, {});
    Split(step, operand(1), is_per_step, {});
    return;
  }
  if (node != nullptr && (node->op == &ops::kTranspose || node->op == &ops::kReshape)) {
    std::vector<const Node*> more = moves;
    more.push_back(node);
    const Node* inner = step.producer(operand(0));
    const bool goes_on =
        inner != nullptr && (inner->op == &ops::kTranspose || inner->op == &ops::kReshape ||
                             inner->op == &ops::kDotGeneral);
    if (goes_on) {
      const size_t before = products_.size();
      Values carried = carried_;
      Split(step, operand(0), is_per_step, more);
      if (products_.size() > before) return;
      carried_ = std::move(carried);
    }
    carried_.push_back(gradient);
    return;
  }
  if (node != nullptr && node->op == &ops::kDotGeneral) {
    const auto& attrs = node->attrs.As<ops::DotGeneralAttrs>();
    if (attrs.a_batch.empty() && is_per_step(operand(0)) && is_per_step(operand(1))) {
      products_.push_back({operand(0), operand(1), OverSteps(attrs), std::move(moves)});
      return;
    }
  }
  carried_.push_back(gradient);
}

Values StepSum::stacked() const {
  Values factors;
  for (const Product& product : products_) {
    factors.push_back(product.a);
    factors.push_back(product.b);
  }
  return factors;
}

Value StepSum::Total(const Value& like, ir::Operands carries,
                     absl::FunctionRef<Value(const Value&)> sequence_of) const {
  Value total;
  const auto add = [&](const Value& part) { total = total ? ops::Add(total, part) : part; };
  for (const Value& carry : carries) add(carry);
  for (const Product& product : products_) {
    Value sum = ops::DotGeneral(sequence_of(product.a), sequence_of(product.b),
                                product.dot.As<ops::DotGeneralAttrs>());
    for (auto move = product.moves.rbegin(); move != product.moves.rend(); ++move) {
      sum = sum.builder().Add(*(*move)->op, {{sum}}, (*move)->attrs);
    }
    add(sum);
  }
  return total ? total : ops::ZerosLike(like);
}

}  // namespace tricorn::transform
