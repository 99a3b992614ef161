#pragma once

#include <string_view>

#include "core/ops/op.h"

// How the rows of this folder's tables become ops.

namespace tricorn::ops::elementwise {

// The dtypes that an op takes.
enum class Domain : uint8_t { kAny, kNumber, kFloating, kInteger, kBits /* integers and bool */ };
absl::Status ExpectDomain(Domain domain, const Type& x);

using UnaryGradient = Value (*)(Value x, Value y, Value dy);
using BinaryGradient = Grads (*)(Value a, Value b, Value y, Value dy);

// y has x's type, or bool in x's shape.
OpDef Unary(std::string_view name, std::string_view doc, Domain domain, UnaryGradient gradient);
OpDef Predicate(std::string_view name, std::string_view doc, Domain domain);
// Operands of one type; y has it too, or bool in its shape.
OpDef Binary(std::string_view name, std::string_view doc, Domain domain, BinaryGradient gradient);
OpDef Comparison(std::string_view name, std::string_view doc, Domain domain);

// The node of a unary op, with integers and bool turned into float32 first if `to_float`.
Value Apply(const OpDef& op, Value x, bool to_float = false);

}  // namespace tricorn::ops::elementwise
