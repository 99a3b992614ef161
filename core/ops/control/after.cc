#include "core/ops/control/after.h"

namespace tricorn::ops {

const OpDef kAfter = Op<>{
    .name = "after",
    .doc = "x, once a second operand has been computed",
    .kind = OpKind::kView,
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      return x[0];
    },
    .gradient =
        [](Operands, Value, Value dy, const NoAttrs&) {
          return Grads{dy, Value()};
        },
};

Value After(Value x, Value event) { return x.builder().Add(kAfter, {{x, event}}); }

}  // namespace tricorn::ops
