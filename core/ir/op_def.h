#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/attrs.h"
#include "core/ir/type.h"

namespace tricorn::ir {

class Graph;
class Value;

// Arguments of a rule: the node's operands, in order.
using Operands = std::span<const Value>;
using Values = std::vector<Value>;
// The bodies of a node, immutable and shared by copies of it.
using Regions = std::vector<std::shared_ptr<const Graph>>;
// One gradient an operand, in order; a default Value where none flows.
using Grads = std::vector<Value>;

// How an op takes part in fusion and memory planning.
enum class OpKind : uint8_t {
  kPlain,
  kElementwise,  // one output element depends on the same element of each operand
  kView,         // the result is the operand's bytes under another shape
  kEffect,       // not removable and never merged: collectives
};

// An op as graphs and passes see it. Declared through Op<Attrs> below, once, in its folder.
struct OpDef {
  std::string_view name;
  std::string_view doc;
  OpKind kind = OpKind::kPlain;
  // So cheap that a region computes it again rather than have its result handed in or kept.
  bool is_cheap = false;
  // Result types from operand types, or InvalidArgument naming expected and received.
  std::function<absl::StatusOr<Types>(std::span<const Type>, const Attrs&)> infer = nullptr;
  // Instead of `infer`, for control flow: its nodes hold graphs that passes and backends treat as
  // they treat the graph around them. Whether operands fit the regions' inputs is checked here too.
  std::function<absl::StatusOr<Types>(std::span<const Type>, const Attrs&, const Regions&)>
      infer_regions = nullptr;
  // The same results in terms of simpler ops. Empty for a primitive.
  std::function<Values(Operands, const Attrs&)> decompose = nullptr;
  // Gradients from operands, results and result gradients, in terms of ops. Empty: autodiff goes
  // through the decomposition; a primitive without one passes no gradient.
  std::function<Grads(Operands x, Operands y, Operands dy, const Attrs&)> gradient = nullptr;
  // Of a view that begins within its operand: at which element. Empty: at the first.
  std::function<int64_t(const Attrs&)> view_offset = nullptr;
  std::function<absl::StatusOr<Attrs>(const Json&)> parse_attrs = nullptr;

  bool is_control_flow() const { return static_cast<bool>(infer_regions); }
  // By whichever of the two inferences the op has.
  absl::StatusOr<Types> Infer(std::span<const Type> operands, const Attrs& attrs,
                              const Regions& regions) const {
    return infer_regions ? infer_regions(operands, attrs, regions) : infer(operands, attrs);
  }
};

// What the author of an op writes:
//
//   const OpDef kSoftmax = Op<SoftmaxAttrs>{
//       .name = "softmax",
//       .doc = "y_i = exp(x_i - max x) / sum_j exp(x_j - max x), over `axis`",
//       .infer = SameTypeAsOperand,
//       .decompose = [](Operands x, const SoftmaxAttrs& a) { ... },
//       .gradient = [](Operands x, Value y, Value dy, const SoftmaxAttrs& a) { ... },
//   };
//
// Ops of several results give `decompose_all` and `gradient_all` instead, control flow
// `infer_regions`.
template <HasFields A = NoAttrs>
struct Op {
  std::string_view name;
  std::string_view doc;
  OpKind kind = OpKind::kPlain;
  bool is_cheap = false;
  absl::StatusOr<Type> (*infer)(std::span<const Type>, const A&) = nullptr;
  absl::StatusOr<Types> (*infer_all)(std::span<const Type>, const A&) = nullptr;
  absl::StatusOr<Types> (*infer_regions)(std::span<const Type>, const A&, const Regions&) = nullptr;
  Value (*decompose)(Operands x, const A&) = nullptr;
  Values (*decompose_all)(Operands x, const A&) = nullptr;
  Grads (*gradient)(Operands x, Value y, Value dy, const A&) = nullptr;
  Grads (*gradient_all)(Operands x, Operands y, Operands dy, const A&) = nullptr;
  int64_t (*view_offset)(const A&) = nullptr;

  operator OpDef() const;  // NOLINT: the point of the struct; defined in builder.h
};

}  // namespace tricorn::ir
