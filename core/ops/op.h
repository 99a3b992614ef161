#pragma once

#include <span>
#include <vector>

#include "core/base/fields.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ir/op_registry.h"

// What a file that declares ops starts from.

namespace tricorn::ops {

using ir::Builder;
using ir::Grads;
using ir::NoAttrs;
using ir::Op;
using ir::OpDef;
using ir::Operands;
using ir::OpKind;
using ir::OpRegistry;
using ir::Type;
using ir::Types;
using ir::Value;
using ir::Values;

using Axes = std::vector<int64_t>;

// -- Checks in inference: each names what it expected and what it received ----------------------

absl::Status ExpectCount(std::span<const Type> x, size_t count);
absl::Status ExpectFloating(const Type& x);
absl::Status ExpectSameType(const Type& expected, const Type& received);
absl::Status ExpectSameDType(const Type& expected, const Type& received);
absl::Status ExpectAxis(const Type& x, int64_t axis);                // within [0, rank)
absl::Status ExpectIncreasingAxes(const Type& x, const Axes& axes);  // and each within [0, rank)

// -- Arguments of the functions that build nodes ------------------------------------------------

// `axis` counted from the front; an error in the builder (and -1) when it is outside [-rank, rank).
int64_t NormalizeAxis(const Value& x, int64_t axis);
// Sorted, counted from the front; all axes when `axes` is empty. An error in the builder (and {})
// for an axis outside [-rank, rank) or given twice.
Axes NormalizeAxes(const Value& x, const Axes& axes);
// What a function returns after it has recorded an error.
Value Error(const Value& x, const absl::Status& status);
Value Error(const Value& x);
Values Errors(const Value& x, size_t count);

}  // namespace tricorn::ops
