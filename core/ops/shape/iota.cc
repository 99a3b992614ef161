#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kIota = Op<IotaAttrs>{
    .name = "iota",
    .doc = "y[..., i, ...] = i along `axis`",
    .is_cheap = true,
    .infer = [](std::span<const Type> x, const IotaAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 0));
      const Type type{a.dtype, a.shape};
      RETURN_IF_ERROR(ExpectAxis(type, a.axis));
      if (!IsFloating(a.dtype) && !IsInteger(a.dtype)) {
        return InvalidArgument("expected numbers, received {}", type.ToString());
      }
      return type;
    },
};

Value Iota(Builder& builder, Type type, int64_t axis) {
  return builder.Add(kIota, {}, IotaAttrs{type.dtype, type.shape, axis});
}

}  // namespace tricorn::ops
