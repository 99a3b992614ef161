// The low-rank factors of a KernelLayer: made, and merged into what files get.

#include "core/backend/cpu/compute_on_host.h"
#include "core/keras/layers/core/kernel_layer.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

absl::Status KernelLayer::BuildLora(std::optional<int64_t> rank, std::optional<double> alpha) {
  RETURN_IF_ERROR(weight_status());
  return rank ? AddLora({.rank = *rank, .alpha = alpha}) : absl::OkStatus();
}

absl::Status KernelLayer::EnableLora(const LoraOptions& options) {
  if (!built()) return FailedPrecondition("{}: expected a built layer", DisplayName());
  RETURN_IF_ERROR(AddLora(options));
  for (const Variable* factor : {lora_a_, lora_b_}) RETURN_IF_ERROR(InitializeWeight(factor));
  return absl::OkStatus();
}

absl::Status KernelLayer::AddLora(const LoraOptions& options) {
  if (options_.constraint) {
    return FailedPrecondition("lora_rank: expected a kernel without a constraint");
  }
  if (lora_a_ != nullptr) return FailedPrecondition("lora_rank: expected no factors yet");
  if (options.rank <= 0) {
    return InvalidArgument("lora_rank: expected a positive number, received {}", options.rank);
  }
  if (mode() && mode() != QuantizationMode::kInt8 && mode() != QuantizationMode::kInt4) {
    return Unimplemented("lora_rank: expected a floating, int8 or int4 kernel, received {}",
                         Name(*mode()));
  }
  lora_ = options;
  std::vector<int64_t> a = options_.shape.dims();
  const int64_t units = a.back();
  a.back() = options.rank;
  lora_a_ = AddWeight({.name = "lora_kernel_a",
                       .shape = Shape(std::move(a)),
                       .initializer = options.a_initializer,
                       .regularizer = options_.regularizer,
                       .dtype = DType::kF32});
  lora_b_ = AddWeight({.name = "lora_kernel_b",
                       .shape = {options.rank, units},
                       .initializer = options.b_initializer,
                       .regularizer = options_.regularizer,
                       .dtype = DType::kF32});
  FreezeWeight(kernel_);
  SetLora(options.rank, options.alpha.value_or(static_cast<double>(options.rank)));
  return weight_status();
}

absl::StatusOr<std::vector<Tensor>> KernelLayer::SavedValues() const {
  ASSIGN_OR_RETURN(std::vector<Tensor> saved, Layer::SavedValues());
  if (lora_a_ == nullptr || AddNothing(lora_b_->value)) return saved;
  std::vector<Tensor> inputs = {kernel_->value, lora_a_->value, lora_b_->value};
  for (const Variable* part : parts_) inputs.push_back(part->value);
  ASSIGN_OR_RETURN(std::vector<Tensor> merged,
                   backend::cpu::ComputeOnHost(inputs, [&](ir::Operands x) -> ir::Values {
                     const ir::Value update = ops::Matmul(x[1], x[2]) * lora_.factor();
                     if (!mode()) return {ops::Cast(x[0] + update, x[0].dtype())};
                     const ir::Value kernel = DequantizeKernel(x[0], x.subspan(3), DType::kF32);
                     return QuantizeKernel(kernel + update, nullptr);
                   }));
  const size_t bias = bias_ == nullptr ? 0 : 1;
  for (size_t i = 0; i < merged.size(); ++i) {
    saved[i == 0 ? 0 : i + bias] = std::move(merged[i]);
  }
  return saved;
}

// What a file holds is the sum: the factors start anew.
void KernelLayer::OnLoaded() {
  for (Variable* variable : own_variables()) {
    if (variable != lora_a_ && variable != lora_b_) continue;
    variable->value = Tensor(variable->type.dtype, variable->type.shape);
  }
}

}  // namespace tricorn::keras
