#include "core/transform/gradient/step_gradient.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Node;
using ir::Value;
using ir::Values;

// Appends a copy of `node` to `builder`, reading and writing `values`.
void Append(Builder& builder, const Node& node, Values& values) {
  Values operands;
  for (const ir::ValueId id : node.operands) operands.push_back(values[static_cast<size_t>(id)]);
  builder.set_scope(node.scope);
  const Values results = builder.AddAll(*node.op, operands, node.attrs, node.regions);
  if (!builder.ok()) return;
  for (size_t i = 0; i < results.size(); ++i) {
    values[static_cast<size_t>(node.results[i])] = results[i];
  }
}

}  // namespace

StepGradient::StepGradient(const Graph& body, size_t num_carries, size_t num_xs,
                           const std::vector<bool>& with_dy, const std::vector<bool>& wanted)
    : body_(body), num_carries_(num_carries), num_xs_(num_xs) {
  for (const ir::NamedValue& input : body.inputs()) {
    inputs_.push_back(both_.Input(input.name, body.type(input.value)));
  }
  outputs_ = ir::Inline(both_, body, inputs_);
  forward_end_ = both_.graph().nodes().size();
  dy_.resize(outputs_.size());
  Values ys, dys, xs;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (!with_dy[i]) continue;
    dy_[i] = both_.Input("d" + std::to_string(i), outputs_[i].type());
    ys.push_back(outputs_[i]);
    dys.push_back(dy_[i]);
  }
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (wanted[i]) xs.push_back(inputs_[i]);
  }
  const absl::StatusOr<Values> gradients = Gradients(both_, ys, dys, xs);
  both_.SetError(gradients.status());
  gradients_.resize(inputs_.size());
  if (!both_.ok()) return;
  size_t next = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (wanted[i]) gradients_[i] = (*gradients)[next++];
  }
  MarkPerStep();
}

void StepGradient::MarkPerStep() {
  const Graph& graph = both_.graph();
  per_step_.assign(graph.values().size(), false);
  for (size_t i = 0; i < num_carries_ + num_xs_; ++i) per_step_[Index(inputs_[i])] = true;
  for (const Value& dy : dy_) {
    if (dy) per_step_[Index(dy)] = true;
  }
  for (const Node& node : graph.nodes()) {
    const bool any = std::any_of(node.operands.begin(), node.operands.end(), [&](ir::ValueId id) {
      return per_step_[static_cast<size_t>(id)];
    });
    for (const ir::ValueId id : node.results) per_step_[static_cast<size_t>(id)] = any;
  }
}

bool StepGradient::IsRecomputed(size_t index) const {
  const Node& node = both_.graph().nodes()[index];
  return index >= forward_end_ || node.op->is_cheap || node.op->kind == ir::OpKind::kView ||
         std::none_of(node.results.begin(), node.results.end(),
                      [&](ir::ValueId id) { return per_step_[static_cast<size_t>(id)]; });
}

void StepGradient::Cut(const std::vector<Value>& roots) {
  const Graph& graph = both_.graph();
  needed_.assign(graph.values().size(), false);
  emitted_.assign(graph.nodes().size(), false);
  for (const Value& root : roots) needed_[Index(root)] = true;
  for (size_t n = graph.nodes().size(); n-- > 0;) {
    const Node& node = graph.nodes()[n];
    const bool is_recomputed = IsRecomputed(n);
    for (const ir::ValueId id : node.results) {
      if (!needed_[static_cast<size_t>(id)]) continue;
      emitted_[n] = emitted_[n] || is_recomputed;
      if (!is_recomputed) saved_.emplace_back(&both_, id);
    }
    if (!emitted_[n]) continue;
    for (const ir::ValueId id : node.operands) needed_[static_cast<size_t>(id)] = true;
  }
  for (size_t i = 0; i < num_carries_; ++i) {
    if (needed_[Index(inputs_[i])]) saved_.push_back(inputs_[i]);
  }
}

absl::StatusOr<Graph> StepGradient::WidenedBody() const {
  Builder builder;
  Values values(both_.graph().values().size());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    values[Index(inputs_[i])] = builder.Input(body_.inputs()[i].name, inputs_[i].type());
  }
  for (size_t n = 0; n < forward_end_; ++n) Append(builder, both_.graph().nodes()[n], values);
  RETURN_IF_ERROR(builder.status());
  std::vector<std::pair<std::string, Value>> outputs;
  const auto add = [&](const Value& value) {
    outputs.emplace_back("y" + std::to_string(outputs.size()), values[Index(value)]);
  };
  for (const Value& output : outputs_) add(output);
  for (const Value& value : saved_) add(value);
  builder.set_scope("");
  return builder.Finish(outputs);
}

void StepGradient::Emit(Builder& region, Values& values) const {
  for (size_t n = 0; n < both_.graph().nodes().size(); ++n) {
    if (emitted_[n]) Append(region, both_.graph().nodes()[n], values);
  }
}

}  // namespace tricorn::transform
