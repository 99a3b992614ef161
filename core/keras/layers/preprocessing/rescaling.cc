#include "core/keras/layers/preprocessing/rescaling.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {
namespace {

absl::StatusOr<std::vector<double>> Numbers(std::string_view argument, const Json& json) {
  std::vector<double> values;
  if (json.is_number()) {
    values.push_back(json.AsDouble());
    return values;
  }
  // A NumPy array comes as {"class_name": "__numpy__", "config": {"value": [...]}}.
  const Json& list = json["class_name"].is_string() ? json["config"]["value"] : json;
  RETURN_IF_ERROR(WithSubject(FromJson(list, &values), argument));
  return values;
}

}  // namespace

absl::Status Rescaling::BuildFrom(std::span<const SymbolicType>) {
  ASSIGN_OR_RETURN(scale_, Numbers("scale", config_.scale));
  ASSIGN_OR_RETURN(offset_, Numbers("offset", config_.offset));
  return absl::OkStatus();
}

ir::Value Rescaling::ConstantOf(CallContext& context, const std::vector<double>& values,
                                bool list) const {
  const Shape shape = list ? Shape{static_cast<int64_t>(values.size())} : Shape{};
  return context.builder().Constant(Tensor::From<double>(shape, values).Cast(compute_dtype()));
}

ir::Value Rescaling::Call(CallContext& context, ir::Value x) {
  return ops::Cast(x, compute_dtype()) * ConstantOf(context, scale_, !config_.scale.is_number()) +
         ConstantOf(context, offset_, !config_.offset.is_number());
}

}  // namespace tricorn::keras::layers
