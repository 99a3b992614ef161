#pragma once

#include "absl/functional/function_ref.h"
#include "core/ops/op.h"

// Control flow: nodes whose regions are the bodies of loops and branches. Bodies are written as
// functions; values from around them may be used inside (ir::Builder(enclosing)).

namespace tricorn::ops {

// -- Scan -----------------------------------------------------------------------------------------

// For t = 0, ..., length - 1, or backwards:  carries, y_t = body(carries, x_t, invariants).
// Operands:  num_carries initial carries; num_xs sequences (length, ...); invariants.
// Region:    inputs carries, slices x_t (...), invariants; outputs carries, of the types of the
//            inputs, then the y_t.
// Results:   the last carries, then for each y_t the sequence (length, ...), in the order of t.
struct ScanAttrs {
  int64_t num_carries = 0;
  int64_t num_xs = 0;
  int64_t length = 0;
  bool reverse = false;
  FIELDS(num_carries, num_xs, length, reverse)
};
extern const OpDef kScan;

struct ScanStep {
  Values carries;
  Values ys = {};
};
// Builds nodes in `region`.
using ScanBody = absl::FunctionRef<ScanStep(Builder& region, Operands carries, Operands xs)>;
// The last carries and the sequences of ys. `xs` have the leading axis `length`.
// Errors: InvalidArgument, in the builder, unless each carry keeps its type.
ScanStep Scan(Builder& builder, Operands init, Operands xs, int64_t length, ScanBody body,
              bool reverse = false);

// -- While ----------------------------------------------------------------------------------------

// While condition(carries, invariants):  carries = body(carries, invariants).
// Operands:  initial carries; invariants.
// Regions:   condition, giving one scalar bool, and body, giving the carries; inputs are the
//            operands.
// Results:   the carries. No gradient: the number of steps is not known when the graph is built.
struct WhileAttrs {
  int64_t num_carries = 0;
  FIELDS(num_carries)
};
extern const OpDef kWhile;

using LoopCondition = absl::FunctionRef<Value(Builder& region, Operands carries)>;
using LoopBody = absl::FunctionRef<Values(Builder& region, Operands carries)>;
// At most `maximum_iterations` steps when that is not negative. Errors: as Scan's.
Values WhileLoop(Builder& builder, LoopCondition condition, LoopBody body, Operands init,
                 int64_t maximum_iterations = -1);
// carries = body(i, carries) for i = lower, ..., upper - 1, an int32 scalar: a scan, which has a
// gradient.
using ForBody = absl::FunctionRef<Values(Builder& region, Value i, Operands carries)>;
Values ForiLoop(Builder& builder, int64_t lower, int64_t upper, ForBody body, Operands init);

// -- Branches -------------------------------------------------------------------------------------

// regions[index](operands), index held within [0, number of regions).
// Operands:  index (scalar int32); those of the regions.
// Results:   those of the regions, which agree in types.
extern const OpDef kSwitch;

using Branch = std::function<Values(Builder& region, Operands operands)>;
// Only the branch chosen runs, but for what depends on neither operands nor constants of its own:
// values from around a branch that are to be worked on within it belong in `operands`.
Values Switch(Value index, std::span<const Branch> branches, Operands operands);
Values Cond(Value pred, const Branch& if_true, const Branch& if_false, Operands operands);

// -- Maps -----------------------------------------------------------------------------------------

using MapBody = absl::FunctionRef<Values(Builder& region, Operands xs)>;
// f of each slice along the first axis, stacked. VectorizedMap is Keras's other name for it: its
// results are the same, for f sees one slice at a time in both.
Values Map(Builder& builder, MapBody f, Operands xs);
inline Values VectorizedMap(Builder& builder, MapBody f, Operands xs) {
  return Map(builder, f, xs);
}

// Combines two values of every operand, slices (or runs of slices) of them: must be associative.
using Combine = absl::FunctionRef<Values(Operands a, Operands b)>;
// y_i = x_0 . x_1 . ... . x_i along `axis` (from the other end when `reverse`), in a logarithmic
// number of levels.
Values AssociativeScan(Combine combine, Operands xs, bool reverse = false, int64_t axis = 0);

}  // namespace tricorn::ops
