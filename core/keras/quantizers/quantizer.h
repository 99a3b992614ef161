#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/keras/serialization/axis_or_axes.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/ref.h"
#include "core/ops/quantize/quantize.h"

namespace tricorn::keras {

// Makes integers of numbers.
class Quantizer : public Serializable {
 public:
  static constexpr std::string_view kKind = "quantizer";
  static const Registry<Quantizer>& Builtins();

  std::string_view module() const override { return "keras.quantizers"; }

  // Numbers that share an index off `axes` share a scale. The quantizer's own axes go before.
  // Errors go to the builder.
  virtual ops::Quantized operator()(ir::Value x, const ops::Axes& axes) const = 0;
  virtual DType output_dtype() const = 0;
};

using QuantizerRef = Ref<Quantizer>;

struct AbsMaxQuantizerConfig {
  std::optional<AxisOrAxes> axis = std::nullopt;
  std::vector<int64_t> value_range = {-127, 127};
  double epsilon = ops::kQuantizeEpsilon;
  std::string output_dtype = "int8";
  FIELDS(axis, value_range, epsilon, output_dtype)
};

// round(x * s) within value_range, s = value_range[1] / (max |x| + epsilon).
// Errors: InvalidArgument unless value_range is two numbers that output_dtype holds.
// Source: Keras 3 `AbsMaxQuantizer`.
class AbsMaxQuantizer : public Quantizer {
 public:
  static constexpr std::string_view kClassName = "AbsMaxQuantizer";
  explicit AbsMaxQuantizer(AbsMaxQuantizerConfig config = {}) : config_(std::move(config)) {}

  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override;
  static absl::StatusOr<std::shared_ptr<AbsMaxQuantizer>> FromConfig(
      const Json& json, const Deserializer& deserializer);

  ops::Quantized operator()(ir::Value x, const ops::Axes& axes) const override;
  DType output_dtype() const override;

 private:
  absl::Status Check() const;

  const AbsMaxQuantizerConfig config_;
};

}  // namespace tricorn::keras
