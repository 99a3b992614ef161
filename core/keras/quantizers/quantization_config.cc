#include "core/keras/quantizers/quantization_config.h"

namespace tricorn::keras {
namespace {

absl::Status ExpectInt8(const QuantizerRef& quantizer) {
  RETURN_IF_ERROR(quantizer.status());
  if (!quantizer || quantizer->output_dtype() == DType::kI8) return absl::OkStatus();
  return InvalidArgument("weight_quantizer: expected output_dtype int8, received {}",
                         Name(quantizer->output_dtype()));
}

absl::Status ExpectGroups(std::string_view argument, int64_t size) {
  if (size == -1 || size > 0) return absl::OkStatus();
  return InvalidArgument("{}: expected -1 or a positive number, received {}", argument, size);
}

Registry<QuantizationConfig> MakeBuiltins() {
  Registry<QuantizationConfig> registry;
  registry.Add<Int8QuantizationConfig>();
  registry.Add<Int4QuantizationConfig>();
  registry.Add<Float8QuantizationConfig>();
  registry.Add<TernaryQuantizationConfig>();
  registry.Add<GPTQConfig>();
  registry.Add<AWQConfig>();
  const auto add_default = [&]<typename C>() {
    registry.AddFactory(
        Name(C::kMode),
        [](const Json&,
           const Deserializer&) -> absl::StatusOr<std::shared_ptr<QuantizationConfig>> {
          return std::make_shared<C>();
        });
  };
  add_default.operator()<Int8QuantizationConfig>();
  add_default.operator()<Int4QuantizationConfig>();
  add_default.operator()<Float8QuantizationConfig>();
  add_default.operator()<TernaryQuantizationConfig>();
  return registry;
}

}  // namespace

const Registry<QuantizationConfig>& QuantizationConfig::Builtins() {
  static const Registry<QuantizationConfig> registry = MakeBuiltins();
  return registry;
}

absl::Status Int8Config::Check() const {
  RETURN_IF_ERROR(activation_quantizer.status());
  return ExpectInt8(weight_quantizer);
}

absl::Status Int4Config::Check() const {
  RETURN_IF_ERROR(activation_quantizer.status());
  RETURN_IF_ERROR(ExpectInt8(weight_quantizer));
  if (block_size) RETURN_IF_ERROR(ExpectGroups("block_size", *block_size));
  const bool grouped = block_size.value_or(-1) > 0;
  if (!grouped || (!weight_quantizer && !activation_quantizer)) return absl::OkStatus();
  return InvalidArgument(
      "block_size: expected none or -1 beside quantizers of one's own, received {}", *block_size);
}

std::string Int4QuantizationConfig::policy_mode() const {
  return fmt::format("int4/{}", block_size());
}

absl::Status GPTQArguments::Check() const {
  RETURN_IF_ERROR(
      DTypePolicy(fmt::format("gptq/{}/{}_from_float32", weight_bits, group_size)).status());
  if (hessian_damping >= 0 && hessian_damping <= 1) return absl::OkStatus();
  return InvalidArgument("hessian_damping: expected a number within [0, 1], received {}",
                         hessian_damping);
}

std::string GPTQConfig::policy_mode() const {
  return fmt::format("gptq/{}/{}", config_.weight_bits, config_.group_size);
}

absl::Status AWQArguments::Check() const {
  return DTypePolicy(fmt::format("awq/{}/{}_from_float32", weight_bits, group_size)).status();
}

std::string AWQConfig::policy_mode() const {
  return fmt::format("awq/{}/{}", config_.weight_bits, config_.group_size);
}

}  // namespace tricorn::keras
