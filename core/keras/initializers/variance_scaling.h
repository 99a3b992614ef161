#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

struct VarianceScalingConfig {
  double scale = 1.0;
  std::string mode = "fan_in";                    // fan_in, fan_out, fan_avg
  std::string distribution = "truncated_normal";  // truncated_normal, untruncated_normal, uniform
  std::optional<int64_t> seed = std::nullopt;
  std::optional<std::vector<int64_t>> input_axes = std::nullopt;
  std::optional<std::vector<int64_t>> output_axes = std::nullopt;
  FIELDS(scale, mode, distribution, seed, input_axes, output_axes)
};

// (fan_in, fan_out) of a weight, as Keras counts them: the last two axes times the receptive field
// before them, or the products over the given axes.
// Errors: InvalidArgument for axes that the shape lacks.
absl::StatusOr<std::pair<double, double>> ComputeFans(
    const Shape& shape, const std::optional<std::vector<int64_t>>& input_axes,
    const std::optional<std::vector<int64_t>>& output_axes);

// An initializer of class C with these axes in its config; null if that has some already.
template <typename C, typename Config>
std::shared_ptr<const Initializer> FanAxesSet(Config config, const std::vector<int64_t>& input_axes,
                                              const std::vector<int64_t>& output_axes) {
  if (config.input_axes && config.output_axes) return nullptr;
  config.input_axes = input_axes;
  config.output_axes = output_axes;
  return std::make_shared<C>(std::move(config));
}

// Draws with variance scale / n, n being the fan that `mode` names.
// Source: Keras 3 `VarianceScaling`; Glorot and Bengio 2010; He et al. 2015.
class VarianceScaling : public InitializerWith<VarianceScaling, VarianceScalingConfig> {
 public:
  static constexpr std::string_view kClassName = "VarianceScaling";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;
  std::shared_ptr<const Initializer> WithFanAxes(
      const std::vector<int64_t>& input_axes,
      const std::vector<int64_t>& output_axes) const override {
    return FanAxesSet<VarianceScaling>(config_, input_axes, output_axes);
  }
};

struct FanConfig {
  std::optional<int64_t> seed = std::nullopt;
  std::optional<std::vector<int64_t>> input_axes = std::nullopt;
  std::optional<std::vector<int64_t>> output_axes = std::nullopt;
  FIELDS(seed, input_axes, output_axes)
};

// A named form of VarianceScaling: Derived gives kScale, kMode and kDistribution.
template <typename Derived>
class NamedVarianceScaling : public InitializerWith<Derived, FanConfig> {
 public:
  using InitializerWith<Derived, FanConfig>::InitializerWith;
  std::shared_ptr<const Initializer> WithFanAxes(
      const std::vector<int64_t>& input_axes,
      const std::vector<int64_t>& output_axes) const override {
    return FanAxesSet<Derived>(this->config_, input_axes, output_axes);
  }
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override {
    const FanConfig& c = this->config_;
    return VarianceScaling({.scale = Derived::kScale,
                            .mode = Derived::kMode,
                            .distribution = Derived::kDistribution,
                            .seed = c.seed,
                            .input_axes = c.input_axes,
                            .output_axes = c.output_axes})
        .Make(shape, dtype, stream);
  }
};

#define TRICORN_NAMED_VARIANCE_SCALING(Name, scale, mode, distribution) \
  class Name : public NamedVarianceScaling<Name> {                      \
   public:                                                              \
    static constexpr std::string_view kClassName = #Name;               \
    static constexpr double kScale = scale;                             \
    static constexpr const char* kMode = mode;                          \
    static constexpr const char* kDistribution = distribution;          \
    using NamedVarianceScaling::NamedVarianceScaling;                   \
  };
TRICORN_NAMED_VARIANCE_SCALING(GlorotUniform, 1.0, "fan_avg", "uniform")
TRICORN_NAMED_VARIANCE_SCALING(GlorotNormal, 1.0, "fan_avg", "truncated_normal")
TRICORN_NAMED_VARIANCE_SCALING(LecunUniform, 1.0, "fan_in", "uniform")
TRICORN_NAMED_VARIANCE_SCALING(LecunNormal, 1.0, "fan_in", "truncated_normal")
TRICORN_NAMED_VARIANCE_SCALING(HeUniform, 2.0, "fan_in", "uniform")
TRICORN_NAMED_VARIANCE_SCALING(HeNormal, 2.0, "fan_in", "truncated_normal")
#undef TRICORN_NAMED_VARIANCE_SCALING

}  // namespace tricorn::keras
