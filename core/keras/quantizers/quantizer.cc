#include "core/keras/quantizers/quantizer.h"

namespace tricorn::keras {
namespace {

Registry<Quantizer> MakeBuiltins() {
  Registry<Quantizer> registry;
  registry.Add<AbsMaxQuantizer>();
  registry.Add<AbsMaxQuantizer>("abs_max_quantizer");
  return registry;
}

}  // namespace

const Registry<Quantizer>& Quantizer::Builtins() {
  static const Registry<Quantizer> registry = MakeBuiltins();
  return registry;
}

Json AbsMaxQuantizer::GetConfig() const {
  Json json = ToJson(config_);
  if (!config_.axis) json.Erase("axis");
  return json;
}

absl::StatusOr<std::shared_ptr<AbsMaxQuantizer>> AbsMaxQuantizer::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  AbsMaxQuantizerConfig config;
  RETURN_IF_ERROR(DecodeConfig(json, &config, deserializer));
  auto quantizer = std::make_shared<AbsMaxQuantizer>(std::move(config));
  RETURN_IF_ERROR(quantizer->Check());
  return quantizer;
}

absl::Status AbsMaxQuantizer::Check() const {
  const absl::StatusOr<DType> dtype = ParseDType(config_.output_dtype);
  if (!dtype.ok()) return WithSubject(dtype.status(), "output_dtype");
  const std::vector<int64_t>& range = config_.value_range;
  if (range.size() != 2 || range[0] >= range[1]) {
    return InvalidArgument("value_range: expected two numbers, the lower first, received {}",
                           ToJson(range).Dump());
  }
  if (*dtype == DType::kI8 && (range[0] < -128 || range[1] > 127)) {
    return InvalidArgument("value_range: expected numbers within [-128, 127], received {}",
                           ToJson(range).Dump());
  }
  return absl::OkStatus();
}

DType AbsMaxQuantizer::output_dtype() const {
  return ParseDType(config_.output_dtype).value_or(DType::kI8);
}

ops::Quantized AbsMaxQuantizer::operator()(ir::Value x, const ops::Axes& axes) const {
  if (const absl::Status status = Check(); !status.ok()) {
    return {ops::Error(x, status), ops::Error(x, status)};
  }
  const ops::IntegerRange range{static_cast<double>(config_.value_range[0]),
                                static_cast<double>(config_.value_range[1])};
  return ops::AbsMaxQuantize(x, config_.axis ? config_.axis->axes() : axes, range, output_dtype(),
                             config_.epsilon);
}

}  // namespace tricorn::keras
