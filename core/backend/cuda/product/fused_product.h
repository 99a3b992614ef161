#pragma once

#include "core/ir/builder.h"
#include "core/ops/dot/dot.h"
#include "core/transform/rewrite/decompose.h"

namespace tricorn::backend::cuda {

struct FusedProductAttrs {
  ops::Axes a_batch = {};  // as DotGeneralAttrs
  ops::Axes b_batch = {};
  ops::Axes a_contract = {};
  ops::Axes b_contract = {};
  bool has_bias = false;
  bool has_addend = false;
  bool has_relu = false;
  FIELDS(a_batch, b_batch, a_contract, b_contract, has_bias, has_addend, has_relu)

  ops::DotGeneralAttrs dot() const { return {a_batch, b_batch, a_contract, b_contract}; }
};

// [relu](dot_general(a, b) + bias + addend), rounded once. The bias has the axes of b that the
// product keeps, the addend the product's type. Operands: a, b, then those that there are.
extern const ir::OpDef kFusedProduct;

// Products take in what follows them: a bias added, another value added, a ReLU, where nobody else
// reads the product itself and `has_kernel` says yes to the fused node.
absl::StatusOr<ir::Graph> FuseProducts(const ir::Graph& graph,
                                       const transform::KeepComposite& has_kernel);

}  // namespace tricorn::backend::cuda
