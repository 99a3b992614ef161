#include "core/keras/layers/attention/additive_attention.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status AdditiveAttention::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(BuildScored(inputs));
  if (!config_.use_scale) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t size, ExpectKnownAxis(inputs[0], -1));
  scale_ = AddWeight({.name = "scale", .shape = {size}, .initializer = "glorot_uniform"});
  return absl::OkStatus();
}

ir::Value AdditiveAttention::Scores(CallContext& context, ir::Value query, ir::Value key) {
  ir::Value y = ops::Tanh(ops::ExpandDims(query, {-2}) + ops::ExpandDims(key, {-3}));
  if (scale_ != nullptr) y = Weight(context, scale_) * y;
  return ops::Sum(y, {-1});
}

}  // namespace tricorn::keras::layers
