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
};

}  // namespace tricorn::keras
