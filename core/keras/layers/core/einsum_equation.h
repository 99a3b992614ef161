#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

namespace tricorn::keras {

// An equation of two operands, "abc,cd->abd", its ellipsis spelled out as digits.
struct EinsumEquation {
  std::string a;
  std::string b;
  std::string out;

  // For a first operand of `a_rank` axes. Errors: InvalidArgument for another form, a letter twice
  // in one term, or one of the result that neither operand has.
  static absl::StatusOr<EinsumEquation> Parse(std::string_view equation, int a_rank);

  // Sums over the letters that both operands have and the result lacks; letters of all three are
  // batches. Errors: those of DotGeneral, in the builder.
  ir::Value operator()(ir::Value a_value, ir::Value b_value) const;

  // `value` has an axis for each of `letters`, of length 1 for those that the result lacks: the
  // same numbers with an axis for each letter of the result, of length 1 for those that value
  // lacks.
  ir::Value AlignWithResult(ir::Value value, const std::string& letters) const;
  // The other way.
  ir::Value AlignWithOperand(ir::Value aligned, const std::string& letters) const;
};

}  // namespace tricorn::keras
