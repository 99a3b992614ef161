#pragma once

#include "core/ops/pool/pool.h"

namespace tricorn::ops::pool {

// The type of the pooled x, or InvalidArgument if the attributes do not fit x.
template <typename Attrs>
absl::StatusOr<Type> InferPooled(const Type& x, const Attrs& a);

extern template absl::StatusOr<Type> InferPooled(const Type&, const MaxPoolAttrs&);
extern template absl::StatusOr<Type> InferPooled(const Type&, const AvgPoolAttrs&);

}  // namespace tricorn::ops::pool
