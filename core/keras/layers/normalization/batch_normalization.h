#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

// Bounds of the corrections of batch renormalization; none: unbounded.
struct RenormClipping {
  std::optional<double> rmax = std::nullopt;
  std::optional<double> rmin = std::nullopt;
  std::optional<double> dmax = std::nullopt;
  FIELDS(rmax, rmin, dmax)

  // Those that are given, as Keras writes them.
  friend Json ToJson(const RenormClipping& clip);
};

struct BatchNormalizationConfig {
  int64_t axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  InitializerRef beta_initializer = "zeros";
  InitializerRef gamma_initializer = "ones";
  InitializerRef moving_mean_initializer = "zeros";
  InitializerRef moving_variance_initializer = "ones";
  RegularizerRef beta_regularizer = nullptr;
  RegularizerRef gamma_regularizer = nullptr;
  ConstraintRef beta_constraint = nullptr;
  ConstraintRef gamma_constraint = nullptr;
  bool synchronized = false;
  bool renorm = false;
  std::optional<RenormClipping> renorm_clipping = std::nullopt;
  double renorm_momentum = 0.99;
  FIELDS(axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer,
         moving_mean_initializer, moving_variance_initializer, beta_regularizer, gamma_regularizer,
         beta_constraint, gamma_constraint, synchronized, renorm, renorm_clipping, renorm_momentum)
};

namespace layers {

// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, for each index along `axis`: with the
// batch's statistics while training (and not frozen), else with the moving ones.
// Inputs:   x (batch, ...), f16|bf16|f32|f64; a mask (batch, ...) of one axis fewer: masked
// positions
//           do not count in the statistics.
// Outputs:  y, as x.
// Weights:  gamma, beta (channels,), trained; moving_mean, moving_variance (channels,), which
// training
//           calls move: m' = momentum * m + (1 - momentum) * the batch's.
// With renorm, training corrects gamma and beta so that the batch's statistics count as moving ones
// do:
//   r = clip(stddev / s, rmin, rmax), d = clip((mean - m) / s, -dmax, dmax)
//   gamma' = r * gamma, beta' = d * gamma + beta
// m and s being renorm_mean and renorm_stddev, moved with renorm_momentum. Statistics are per
// shard. Errors:   InvalidArgument for an unknown number of channels or bounds that are none;
// Unimplemented
//           for synchronized statistics over several shards.
// Source:   Ioffe and Szegedy 2015; Keras 3 `BatchNormalization`.
class BatchNormalization : public LayerWith<BatchNormalization, BatchNormalizationConfig> {
 public:
  static constexpr std::string_view kClassName = "BatchNormalization";
  // With renorm a config without bounds gets empty ones, as Keras's.
  explicit BatchNormalization(BatchNormalizationConfig config = {}, LayerOptions options = {});

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  struct Moments {
    ir::Value mean;
    ir::Value variance;
  };
  std::vector<int64_t> ReducedAxes(ir::Value x) const;
  Moments MomentsOf(ir::Value x) const;
  Moments MaskedMoments(ir::Value x, ir::Value mask) const;
  void MoveStatistics(CallContext& context, const Moments& batch);
  ir::Value Renormalized(CallContext& context, ir::Value x, ir::Value gamma, ir::Value beta,
                         const Moments& batch);
  absl::Status BuildRenorm(int64_t channels);

  const Variable* gamma_ = nullptr;
  const Variable* beta_ = nullptr;
  const Variable* moving_mean_ = nullptr;
  const Variable* moving_variance_ = nullptr;
  // Of renorm.
  const Variable* moving_stddev_ = nullptr;
  const Variable* renorm_mean_ = nullptr;
  const Variable* renorm_stddev_ = nullptr;
};

}  // namespace layers

using BatchNormalization = LayerOf<layers::BatchNormalization>;

}  // namespace tricorn::keras
