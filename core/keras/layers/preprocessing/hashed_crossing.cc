#include "core/keras/layers/preprocessing/hashed_crossing.h"

#include "core/base/fingerprint.h"
#include "core/keras/layers/input_checks.h"

namespace tricorn::keras::layers {
namespace {

// TensorFlow's key where none is given.
constexpr uint64_t kCrossingKey = 0xDECAFCAFFE;

std::vector<uint64_t> FeaturesOf(const HostValue& value) {
  std::vector<uint64_t> features;
  if (const auto* strings = std::get_if<StringTensor>(&value)) {
    for (const std::string& text : strings->values) features.push_back(Fingerprint64(text));
    return features;
  }
  const Tensor numbers = std::get<Tensor>(value).Cast(DType::kI64);
  for (const int64_t number : numbers.values<int64_t>()) {
    features.push_back(static_cast<uint64_t>(number));
  }
  return features;
}

bool IsCategorical(const HostValue& value) {
  const auto* tensor = std::get_if<Tensor>(&value);
  return tensor == nullptr || IsInteger(tensor->dtype());
}

}  // namespace

absl::Status HashedCrossing::Check() const {
  RETURN_IF_ERROR(ExpectPositive("num_bins", config_.num_bins));
  if (config_.sparse) return Unimplemented("sparse: expected false, received true");
  return ExpectOutput(config_.output_mode, {CategoryOutput::kInt, CategoryOutput::kOneHot});
}

absl::Status HashedCrossing::BuildFrom(std::span<const SymbolicType>) { return Check(); }

DType HashedCrossing::output_dtype() const {
  if (config_.output_mode != CategoryOutput::kInt) return compute_dtype();
  return compute_dtype() == DType::kI32 ? DType::kI32 : DType::kI64;
}

absl::StatusOr<HostValue> HashedCrossing::Apply(std::span<const HostValue> inputs) const {
  RETURN_IF_ERROR(Check());
  if (inputs.size() < 2) {
    return InvalidArgument("expected two inputs or more, received {}", inputs.size());
  }
  const Shape& shape = ShapeOf(inputs[0]);
  std::vector<uint64_t> hashes(static_cast<size_t>(shape.num_elements()), kCrossingKey);
  for (const HostValue& input : inputs) {
    const Shape& own = ShapeOf(input);
    if (own != shape || own.rank() > 2 || (own.rank() == 2 && own[1] != 1) ||
        !IsCategorical(input)) {
      return InvalidArgument(
          "expected strings or integers of one shape (batch,) or (batch, 1), received shape {}",
          own.ToString());
    }
    const std::vector<uint64_t> features = FeaturesOf(input);
    for (size_t i = 0; i < hashes.size(); ++i) {
      hashes[i] = FingerprintCat64(hashes[i], features[i]);
    }
  }
  std::vector<int64_t> bins;
  for (const uint64_t hash : hashes) {
    bins.push_back(static_cast<int64_t>(hash % static_cast<uint64_t>(config_.num_bins)));
  }
  ASSIGN_OR_RETURN(Tensor encoded,
                   EncodeOnHost(Tensor::From<int64_t>(shape, bins), config_.output_mode,
                                config_.num_bins, output_dtype()));
  return HostValue(std::move(encoded));
}

absl::StatusOr<SymbolicType> HashedCrossing::OutputType(
    std::span<const SymbolicType> inputs) const {
  if (inputs.size() < 2) {
    return InvalidArgument("expected two inputs or more, received {}", inputs.size());
  }
  return EncodedType(inputs[0].shape, config_.output_mode, config_.num_bins, output_dtype());
}

Json HashedCrossing::GetConfig() const {
  Json config = LayerWith::GetConfig();
  config.Erase("trainable");
  config.Set("dtype", dtype_policy().name());
  return config;
}

}  // namespace tricorn::keras::layers
