#pragma once

#include "core/ir/builder.h"
#include "core/ops/attention/attention.h"
#include "core/ops/dot/dot.h"
#include "core/transform/rewrite/decompose.h"

namespace tricorn::backend::cuda {

struct StackedProductAttrs {
  ops::Axes a_contract = {};
  ops::Axes b_contract = {};  // of a part of b
  FIELDS(a_contract, b_contract)

  ops::DotGeneralAttrs dot() const { return {{}, {}, a_contract, b_contract}; }
};

// y_j = dot_general(a, b_j) for each part j along the first axis of b.
extern const ir::OpDef kStackedProduct;

// dot_product_attention_gradient without a bias whose results, all of one type, are the parts along
// the first axis of its own.
extern const ir::OpDef kStackedAttentionGradient;

// Where q, k and v of an attention were made of one value by products, the gradients of those
// products' weights become one product, which fills more of the device than each of three does: the
// attention's gradients are written into one array. If `has_kernel` says yes to both nodes.
absl::StatusOr<ir::Graph> StackGradients(const ir::Graph& graph,
                                         const transform::KeepComposite& has_kernel);

}  // namespace tricorn::backend::cuda
