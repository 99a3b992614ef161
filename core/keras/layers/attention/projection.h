#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/keras/layers/core/einsum_dense.h"

namespace tricorn::keras {

// What the layers inside an attention layer take from its config.
struct ProjectionOptions {
  bool use_bias = true;
  InitializerRef kernel_initializer;
  InitializerRef bias_initializer;
  RegularizerRef kernel_regularizer;
  RegularizerRef bias_regularizer;
  RegularizerRef activity_regularizer;
  ConstraintRef kernel_constraint;
  ConstraintRef bias_constraint;
  bool trainable = true;
  DTypePolicy dtype;
};
template <typename Config>
ProjectionOptions ToProjectionOptions(const Config& c, const Layer& layer) {
  return {.use_bias = c.use_bias,
          .kernel_initializer = c.kernel_initializer,
          .bias_initializer = c.bias_initializer,
          .kernel_regularizer = c.kernel_regularizer,
          .bias_regularizer = c.bias_regularizer,
          .activity_regularizer = c.activity_regularizer,
          .kernel_constraint = c.kernel_constraint,
          .bias_constraint = c.bias_constraint,
          .trainable = layer.trainable(),
          .dtype = layer.dtype_policy()};
}

// A built EinsumDense that maps the last `num_bound` axes of x to axes of lengths `output`, with a
// bias along these.
absl::StatusOr<std::shared_ptr<layers::EinsumDense>> MakeProjection(
    std::string name, const SymbolicType& x, int num_bound, std::span<const int64_t> output,
    const ProjectionOptions& options, const Activation& activation = "linear");

}  // namespace tricorn::keras
