#pragma once

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"
#include "core/transform/rewrite/decompose.h"

namespace tricorn::transform {

// Batch normalization for inference becomes part of the kernel of the convolution before it and a
// bias, where all of them come from `constant_inputs`; kernels get the order of kConvOutFirst where
// `has_kernel` says that the backend runs that. For graphs of which the constant part is computed
// apart: both cost more than they save where they are done in every run.
absl::StatusOr<ir::Graph> FoldBatchNorm(const ir::Graph& graph,
                                        std::span<const int32_t> constant_inputs,
                                        const KeepComposite& has_kernel);

}  // namespace tricorn::transform
