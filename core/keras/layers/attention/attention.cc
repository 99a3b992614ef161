#include "core/keras/layers/attention/attention.h"

#include "core/keras/layers/enum_json.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

constexpr std::array<std::string_view, 2> kScoreModeNames = {"dot", "concat"};

Json ToJson(ScoreMode mode) { return EnumToJson(mode, kScoreModeNames); }
absl::Status FromJson(const Json& json, ScoreMode* out) {
  return EnumFromJson(json, kScoreModeNames, out);
}

namespace layers {

absl::Status Attention::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(BuildScored(inputs));
  if (config_.use_scale) scale_ = AddWeight({.name = "scale", .shape = {}, .initializer = "ones"});
  if (config_.score_mode == ScoreMode::kConcat) {
    concat_score_weight_ =
        AddWeight({.name = "concat_score_weight", .shape = {}, .initializer = "ones"});
  }
  return absl::OkStatus();
}

ir::Value Attention::Scores(CallContext& context, ir::Value query, ir::Value key) {
  if (config_.score_mode == ScoreMode::kDot) {
    const ir::Value scores = ops::Matmul(query, ops::SwapAxes(key, -1, -2));
    return scale_ == nullptr ? scores : scores * Weight(context, scale_);
  }
  ir::Value sum = ops::ExpandDims(query, {-2}) + ops::ExpandDims(key, {-3});
  if (scale_ != nullptr) sum = Weight(context, scale_) * sum;
  return Weight(context, concat_score_weight_) * ops::Sum(ops::Tanh(sum), {-1});
}

}  // namespace layers
}  // namespace tricorn::keras
