#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"
#include "core/tensor/tensor.h"

namespace tricorn::ir {

class Builder;

// A value of the graph that a Builder is building: a cheap handle, valid as long as the builder.
// A default Value is "none". After an error in the builder, values are still safe to ask and use.
class Value {
 public:
  Value() = default;
  Value(Builder* builder, ValueId id) : builder_(builder), id_(id) {}
  // Another value of the graph that `sibling` is in.
  Value(const Value& sibling, ValueId id) : builder_(sibling.builder_), id_(id) {}

  explicit operator bool() const { return builder_ != nullptr; }
  Builder& builder() const { return *builder_; }
  ValueId id() const { return id_; }
  const Type& type() const;
  DType dtype() const { return type().dtype; }
  const Shape& shape() const { return type().shape; }
  int rank() const { return type().rank(); }
  // The length of `axis`, counted from the end when negative; an error in the builder (and 1) when
  // there is no such axis.
  int64_t dim(int axis) const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Builder* builder_ = nullptr;
  ValueId id_ = -1;
};

// Builds a graph. Layer code stays plain mathematics: an op that does not fit records the first
// error, with the path of the layer being traced, and Finish returns it.
class Builder {
 public:
  Builder() = default;
  // Builds a region of a node that `enclosing` is to get. Values of the graphs around may be used
  // in the region as they are: those that it needs become inputs of it, after its own (captures()).
  // A node is built in the innermost graph that one of its operands is of, so what depends on
  // outer values alone is computed outside, once. Errors are the outermost builder's.
  explicit Builder(Builder& enclosing)
      : enclosing_(&enclosing), depth_(enclosing.depth_ + 1), scope_(enclosing.scope_) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  Value Input(std::string name, Type type);
  // Appends a node; `op` must outlive every graph it is in (registered ops do).
  Value Add(const OpDef& op, Operands operands, Attrs attrs = {});
  Values AddAll(const OpDef& op, Operands operands, Attrs attrs = {}, Regions regions = {});
  Value Constant(Tensor value);
  // Gives a control-flow node other attributes and regions; its results so far must keep their
  // types, those that come on top are returned. `operands` stay.
  Values Widen(size_t node, Attrs attrs, Regions regions);

  // Keeps the first error, its message prefixed with the current scope.
  void SetError(const absl::Status& status);
  bool ok() const { return status().ok(); }
  const absl::Status& status() const { return enclosing_ ? enclosing_->status() : status_; }

  // `value` within this graph: itself, or for a value of a graph around the input that stands for
  // it, or the same computed again where that is cheap.
  Value Capture(const Value& value);
  // The values of the enclosing graph that were captured, in the order of the inputs they became.
  const Values& captures() const { return captures_; }

  // While it lives, nodes and errors carry `name` at the end of their path. An empty name adds
  // nothing.
  class Scope {
   public:
    Scope(Builder& builder, std::string_view name);
    ~Scope() { builder_.scope_.resize(length_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Builder& builder_;
    const size_t length_;
  };
  const std::string& scope() const { return scope_; }
  // Replaces the whole path for the nodes that follow (passes keep the original's).
  void set_scope(std::string scope) { scope_ = std::move(scope); }

  const Graph& graph() const { return graph_; }
  // What feeds `value` in the graph that it is of; nullptr for inputs.
  const Node* producer(const Value& value) const {
    return value.builder().graph_.producer(value.id());
  }

  // The graph, or the first error. The builder is spent afterwards.
  absl::StatusOr<Graph> Finish(const std::vector<std::pair<std::string, Value>>& outputs);

 private:
  bool IsWithin(const Builder& other) const;

  Builder* const enclosing_ = nullptr;
  const int depth_ = 0;
  Graph graph_;
  std::string scope_;
  absl::Status status_;  // of the outermost builder
  Values captures_;      // of the enclosing graph
  Values captured_;      // the inputs that they became
};

// The op "constant": its attribute is its value.
struct ConstantAttrs {
  Tensor value;
  FIELDS(value)
};
extern const OpDef kConstant;
// The value of a constant, or nullptr when `node` is none.
const Tensor* ConstantValue(const Node* node);

// -- Op<A> to OpDef ------------------------------------------------------------------------------

template <HasFields A>
Op<A>::operator OpDef() const {
  OpDef def{.name = name, .doc = doc, .kind = kind, .is_cheap = is_cheap};
  if (infer_regions != nullptr) {
    def.infer_regions = [f = infer_regions](std::span<const Type> x, const Attrs& a,
                                            const Regions& r) { return f(x, a.As<A>(), r); };
  } else if (infer != nullptr) {
    def.infer = [f = infer](std::span<const Type> x, const Attrs& a) -> absl::StatusOr<Types> {
      absl::StatusOr<Type> type = f(x, a.As<A>());
      if (!type.ok()) return type.status();
      return Types{*std::move(type)};
    };
  } else {
    def.infer = [f = infer_all](std::span<const Type> x, const Attrs& a) {
      return f(x, a.As<A>());
    };
  }
  if (decompose != nullptr) {
    def.decompose = [f = decompose](Operands x, const Attrs& a) { return Values{f(x, a.As<A>())}; };
  } else if (decompose_all != nullptr) {
    def.decompose = [f = decompose_all](Operands x, const Attrs& a) { return f(x, a.As<A>()); };
  }
  if (gradient != nullptr) {
    def.gradient = [f = gradient](Operands x, Operands y, Operands dy, const Attrs& a) {
      return f(x, y[0], dy[0], a.As<A>());
    };
  } else if (gradient_all != nullptr) {
    def.gradient = [f = gradient_all](Operands x, Operands y, Operands dy, const Attrs& a) {
      return f(x, y, dy, a.As<A>());
    };
  }
  if (view_offset != nullptr) {
    def.view_offset = [f = view_offset](const Attrs& a) { return f(a.As<A>()); };
  }
  def.parse_attrs = [](const Json& json) -> absl::StatusOr<Attrs> {
    A attrs{};
    RETURN_IF_ERROR(FromJson(json, &attrs));
    return Attrs(std::move(attrs));
  };
  return def;
}

}  // namespace tricorn::ir
