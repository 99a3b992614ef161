#include "core/ops/conv/conv_out_first.h"

#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kConvOutFirst = Op<ConvAttrs>{
    .name = "conv_out_first",
    .doc = "conv of a kernel (out, spatial..., in / groups). Operands: x, kernel",
    .infer = [](std::span<const Type> x, const ConvAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      if (x[1].rank() < 3) {
        return InvalidArgument("expected a kernel (out, spatial..., in), received {}",
                               x[1].ToString());
      }
      std::vector<int64_t> dims(x[1].shape.begin() + 1, x[1].shape.end());
      dims.push_back(x[1].shape[0]);
      const Types operands = {x[0], {x[1].dtype, Shape(std::move(dims))}};
      ASSIGN_OR_RETURN(const Types y, kConv.infer(operands, ir::Attrs(a)));
      return y[0];
    },
    .decompose =
        [](Operands x, const ConvAttrs& a) {
          Axes perm;
          for (int k = 1; k < x[1].rank(); ++k) perm.push_back(k);
          perm.push_back(0);
          return Conv(x[0], Transpose(x[1], perm), a);
        },
};

Value OutFirst(Value kernel) {
  Axes perm = {kernel.rank() - 1};
  for (int k = 0; k + 1 < kernel.rank(); ++k) perm.push_back(k);
  return Transpose(kernel, perm);
}

}  // namespace tricorn::ops
