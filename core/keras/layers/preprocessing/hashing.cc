#include "core/keras/layers/preprocessing/hashing.h"

#include "core/keras/layers/input_checks.h"

namespace tricorn::keras::layers {

absl::Status Hashing::Check() const {
  RETURN_IF_ERROR(ExpectPositive("num_bins", config_.num_bins));
  if (config_.sparse) return Unimplemented("sparse: expected false, received true");
  return ExpectOutput(config_.output_mode, {CategoryOutput::kInt, CategoryOutput::kOneHot,
                                            CategoryOutput::kMultiHot, CategoryOutput::kCount});
}

absl::Status Hashing::BuildFrom(std::span<const SymbolicType>) { return Check(); }

DType Hashing::output_dtype() const {
  if (config_.output_mode != CategoryOutput::kInt) return compute_dtype();
  return compute_dtype() == DType::kI32 ? DType::kI32 : DType::kI64;
}

absl::StatusOr<HostValue> Hashing::Apply(std::span<const HostValue> inputs) const {
  RETURN_IF_ERROR(Check());
  ASSIGN_OR_RETURN(const HostValue* input, OneInput(inputs));
  const Json& mask = config_.mask_value;
  const bool masks = !mask.is_null() && config_.num_bins > 1;
  const std::string masked = mask.is_string() ? mask.AsString() : mask.Dump();
  std::vector<int64_t> bins;
  for (const std::string& text : AsStrings(*input)) {
    if (masks && text == masked) {
      bins.push_back(0);
    } else {
      bins.push_back(config_.salt.Bucket(text, config_.num_bins - masks) + masks);
    }
  }
  ASSIGN_OR_RETURN(Tensor encoded,
                   EncodeOnHost(Tensor::From<int64_t>(ShapeOf(*input), bins), config_.output_mode,
                                config_.num_bins, output_dtype()));
  return HostValue(std::move(encoded));
}

absl::StatusOr<SymbolicType> Hashing::OutputType(std::span<const SymbolicType> inputs) const {
  if (inputs.size() != 1) return InvalidArgument("expected one input, received {}", inputs.size());
  return EncodedType(inputs[0].shape, config_.output_mode, config_.num_bins, output_dtype());
}

}  // namespace tricorn::keras::layers
