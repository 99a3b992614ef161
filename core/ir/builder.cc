#include "core/ir/builder.h"

#include "core/tensor/bounds.h"

namespace tricorn::ir {

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

Values Builder::AddAll(const OpDef& op, Operands operands, Attrs attrs,
                       std::vector<std::shared_ptr<const Graph>> regions) {
  if (!ok()) return {Value(this, -1)};
  Types types;
  Node node{.op = &op,
            .attrs = std::move(attrs),
            .operands = {},
            .results = {},
            .regions = std::move(regions),
            .scope = scope_};
  for (const Value& operand : operands) {
    CHECK(operand && &operand.builder() == this);
    types.push_back(operand.type());
    node.operands.push_back(operand.id());
  }
  absl::StatusOr<Types> result_types = op.infer(types, node.attrs);
  if (!result_types.ok()) {
    SetError(WithSubject(result_types.status(), op.name));
    return {Value(this, -1)};
  }
  // Shapes come from models, which anybody may have written.
  for (const Type& type : *result_types) {
    if (const auto nbytes = CheckedNumBytes(type.dtype, type.shape); !nbytes.ok()) {
      SetError(WithSubject(nbytes.status(), op.name));
      return {Value(this, -1)};
    }
  }
  Values results;
  for (const ValueId id : graph_.AddNode(std::move(node), *std::move(result_types)).results) {
    results.emplace_back(this, id);
  }
  return results;
}

Value Builder::Constant(Tensor value) {
  return Add(kConstant, {}, ConstantAttrs{std::move(value)});
}

void Builder::SetError(const absl::Status& status) {
  if (!status_.ok() || status.ok()) return;
  status_ = scope_.empty() ? status : WithSubject(status, scope_);
}

absl::StatusOr<Graph> Builder::Finish(const std::vector<std::pair<std::string, Value>>& outputs) {
  RETURN_IF_ERROR(status_);
  for (const auto& [name, value] : outputs) {
    CHECK(value && &value.builder() == this && value.id() >= 0);
    graph_.AddOutput(name, value.id());
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
