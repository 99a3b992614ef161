#include "core/ir/builder.h"

#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn::ir {
namespace {

// The node's result types, if they have sizes that a tensor can have: shapes come from models,
// which anybody may have written.
absl::StatusOr<Types> CheckedResults(const OpDef& op, const Types& operands, const Attrs& attrs,
                                     const Regions& regions) {
  ASSIGN_OR_RETURN(Types types, op.Infer(operands, attrs, regions));
  for (const Type& type : types) {
    RETURN_IF_ERROR(CheckedNumBytes(type.dtype, type.shape).status());
  }
  return types;
}

}  // namespace

const Type& Value::type() const {
  static const Type kNone;
  if (builder_ == nullptr || id_ < 0) return kNone;
  return builder_->graph().type(id_);
}

int64_t Value::dim(int axis) const {
  const int at = axis < 0 ? axis + rank() : axis;
  if (at >= 0 && at < rank()) return shape()[at];
  if (builder_ != nullptr) {
    builder_->SetError(
        InvalidArgument("expected an axis within {}, received {}", shape().ToString(), axis));
  }
  return 1;
}

Builder::Scope::Scope(Builder& builder, std::string_view name)
    : builder_(builder), length_(builder.scope_.size()) {
  if (name.empty()) return;
  if (!builder.scope_.empty()) builder.scope_ += '/';
  builder.scope_.append(name);
}

Value Builder::Input(std::string name, Type type) {
  if (const auto nbytes = CheckedNumBytes(type.dtype, type.shape); !nbytes.ok()) {
    SetError(WithSubject(nbytes.status(), name));
    type.shape = {};
  }
  return Value(this, graph_.AddInput(std::move(name), std::move(type)));
}

Value Builder::Add(const OpDef& op, Operands operands, Attrs attrs) {
  Values results = AddAll(op, operands, std::move(attrs));
  return results.empty() ? Value(this, -1) : results[0];
}

Values Builder::AddAll(const OpDef& op, Operands operands, Attrs attrs, Regions regions) {
  Builder* home = this;
  for (const Value& operand : operands) {
    CHECK(operand);
    if (operand.builder().depth_ > home->depth_) home = &operand.builder();
  }
  if (home != this) return home->AddAll(op, operands, std::move(attrs), std::move(regions));
  if (!ok()) return {Value(this, -1)};
  Types types;
  Node node{.op = &op,
            .attrs = std::move(attrs),
            .operands = {},
            .results = {},
            .regions = std::move(regions),
            .scope = scope_};
  for (const Value& operand : operands) {
    const Value own = Capture(operand);
    types.push_back(own.type());
    node.operands.push_back(own.id());
  }
  absl::StatusOr<Types> result_types = CheckedResults(op, types, node.attrs, node.regions);
  if (!result_types.ok()) {
    SetError(WithSubject(result_types.status(), op.name));
    return {Value(this, -1)};
  }
  Values results;
  for (const ValueId id : graph_.AddNode(std::move(node), *std::move(result_types)).results) {
    results.emplace_back(this, id);
  }
  return results;
}

Values Builder::Widen(size_t index, Attrs attrs, Regions regions) {
  if (!ok()) return {};
  const Node& node = graph_.nodes()[index];
  Types types;
  for (const ValueId id : node.operands) types.push_back(graph_.type(id));
  absl::StatusOr<Types> results = CheckedResults(*node.op, types, attrs, regions);
  if (!results.ok()) {
    SetError(WithSubject(results.status(), node.op->name));
    return {};
  }
  const size_t before = node.results.size();
  CHECK(results->size() >= before);
  for (size_t i = 0; i < before; ++i) CHECK((*results)[i] == graph_.type(node.results[i]));
  results->erase(results->begin(), results->begin() + static_cast<ptrdiff_t>(before));
  Values added;
  for (const ValueId id :
       graph_.WidenNode(index, std::move(attrs), std::move(regions), *std::move(results))) {
    added.emplace_back(this, id);
  }
  return added;
}

bool Builder::IsWithin(const Builder& other) const {
  const Builder* builder = this;
  while (builder != nullptr && builder != &other) builder = builder->enclosing_;
  return builder != nullptr;
}

Value Builder::Capture(const Value& value) {
  if (&value.builder() == this) return value;
  CHECK(IsWithin(value.builder()));
  const Value outer = enclosing_->Capture(value);
  if (outer.id() < 0) return Value(this, -1);
  const Node* producer = enclosing_->producer(outer);
  const Tensor* constant = ConstantValue(producer);
  if (constant != nullptr && constant->num_elements() == 1) return Constant(*constant);
  if (producer != nullptr && producer->op->is_cheap) {
    Values operands;
    for (const ValueId id : producer->operands) operands.emplace_back(enclosing_, id);
    return Add(*producer->op, operands, producer->attrs);
  }
  for (size_t i = 0; i < captures_.size(); ++i) {
    if (captures_[i] == outer) return captured_[i];
  }
  captures_.push_back(outer);
  captured_.emplace_back(
      this, graph_.AddInput("outer" + std::to_string(captures_.size() - 1), outer.type()));
  return captured_.back();
}

Value Builder::Constant(Tensor value) {
  return Add(kConstant, {}, ConstantAttrs{std::move(value)});
}

void Builder::SetError(const absl::Status& status) {
  if (!ok() || status.ok()) return;
  Builder* outermost = this;
  while (outermost->enclosing_ != nullptr) outermost = outermost->enclosing_;
  outermost->status_ = scope_.empty() ? status : WithSubject(status, scope_);
}

absl::StatusOr<Graph> Builder::Finish(const std::vector<std::pair<std::string, Value>>& outputs) {
  RETURN_IF_ERROR(status());
  for (const auto& [name, value] : outputs) {
    CHECK(value && value.id() >= 0);
    graph_.AddOutput(name, Capture(value).id());
  }
  return std::move(graph_);
}

const OpDef kConstant = Op<ConstantAttrs>{
    .name = "constant",
    .doc = "y = value",
    .infer = [](std::span<const Type> x, const ConstantAttrs& a) -> absl::StatusOr<Type> {
      if (!x.empty()) return InvalidArgument("expected no operand, received {}", x.size());
      return Type{a.value.dtype(), a.value.shape()};
    },
};

const Tensor* ConstantValue(const Node* node) {
  if (node == nullptr || node->op != &kConstant) return nullptr;
  return &node->attrs.As<ConstantAttrs>().value;
}

}  // namespace tricorn::ir
