#include "core/keras/layers/preprocessing/normalization.h"

#include <algorithm>

#include "core/backend/cpu/compute_on_host.h"
#include "core/keras/layers/input_checks.h"
#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// Appends the numbers of nested lists, which are of one shape.
absl::Status AppendNumbers(const Json& json, size_t depth, std::vector<int64_t>& shape,
                           std::vector<double>& values) {
  if (json.is_number() && depth == shape.size()) {
    values.push_back(json.AsDouble());
    return absl::OkStatus();
  }
  if (!json.is_array()) return WrongKind("numbers in lists of one shape", json);
  const int64_t length = static_cast<int64_t>(json.size());
  if (depth == shape.size() && values.empty()) shape.push_back(length);
  if (depth >= shape.size() || shape[depth] != length) {
    return InvalidArgument("expected lists of one shape");
  }
  for (const Json& item : json.AsArray()) {
    RETURN_IF_ERROR(AppendNumbers(item, depth + 1, shape, values));
  }
  return absl::OkStatus();
}

// As a tensor of `rank` axes, its own axes on the last of `axes`.
absl::StatusOr<Tensor> Fixed(const Json& json, int rank, const std::vector<int64_t>& axes) {
  std::vector<int64_t> shape;
  std::vector<double> values;
  RETURN_IF_ERROR(AppendNumbers(json, 0, shape, values));
  if (shape.size() > axes.size()) {
    return InvalidArgument("expected at most {} axes, received {}", axes.size(), shape.size());
  }
  std::vector<int64_t> spread(static_cast<size_t>(rank), 1);
  for (size_t i = 1; i <= shape.size(); ++i) {
    spread[static_cast<size_t>(axes[axes.size() - i])] = shape[shape.size() - i];
  }
  return Tensor::From<double>(Shape(std::move(spread)), values);
}

}  // namespace

absl::Status Normalization::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 1));
  std::vector<int64_t> lengths;
  axes_.clear();
  for (const int64_t axis : config_.axis.axes()) {
    ASSIGN_OR_RETURN(const int at, ExpectAxis(inputs[0], axis));
    axes_.push_back(at);
  }
  std::sort(axes_.begin(), axes_.end());
  for (const int64_t axis : axes_) {
    ASSIGN_OR_RETURN(const int64_t length, ExpectKnownAxis(inputs[0], axis));
    lengths.push_back(length);
  }
  if (config_.mean.is_null() != config_.variance.is_null()) {
    return InvalidArgument("expected mean and variance together, received one of them");
  }
  if (!config_.mean.is_null()) {
    absl::StatusOr<Tensor> mean = Fixed(config_.mean, inputs[0].rank(), axes_);
    if (!mean.ok()) return WithSubject(mean.status(), "mean");
    absl::StatusOr<Tensor> variance = Fixed(config_.variance, inputs[0].rank(), axes_);
    if (!variance.ok()) return WithSubject(variance.status(), "variance");
    fixed_mean_ = *std::move(mean);
    fixed_variance_ = *std::move(variance);
    return absl::OkStatus();
  }
  const Shape shape(std::move(lengths));
  mean_ = AddWeight({.name = "mean", .shape = shape, .trainable = false});
  variance_ =
      AddWeight({.name = "variance", .shape = shape, .initializer = "ones", .trainable = false});
  AddWeight({.name = "count",
             .shape = {},
             .trainable = false,
             .dtype = DType::kI32,
             .aggregation = Aggregation::kOwn});
  return absl::OkStatus();
}

absl::Status Normalization::Adapt(std::span<const Tensor> batches) {
  if (batches.empty()) return InvalidArgument("{}: expected batches, received none", DisplayName());
  const Shape& first = batches[0].shape();
  RETURN_IF_ERROR(Build(CallArguments<SymbolicType>(
      {Nest<SymbolicType>(SymbolicType{batches[0].dtype(), ToSymbolic(first)})})));
  if (mean_ == nullptr) {
    return FailedPrecondition("{}: expected no mean in the config to adapt, received one",
                              DisplayName());
  }
  // The variance of two parts: that of each, and what their means differ by.
  Tensor mean(DType::kF64, mean_->type.shape), variance(DType::kF64, mean_->type.shape);
  double total = 0;
  for (const Tensor& batch : batches) {
    if (batch.shape().rank() != first.rank()) {
      return InvalidArgument("{}: expected batches of {} axes, received shape {}", DisplayName(),
                             first.rank(), batch.shape().ToString());
    }
    ops::Axes reduced;
    for (int64_t axis = 0; axis < first.rank(); ++axis) {
      const bool kept = std::find(axes_.begin(), axes_.end(), axis) != axes_.end();
      const int at = static_cast<int>(axis);
      if (!kept) {
        reduced.push_back(axis);
      } else if (batch.shape()[at] != first[at]) {
        return InvalidArgument("{}: expected length {} along axis {}, received shape {}",
                               DisplayName(), first[at], axis, batch.shape().ToString());
      }
    }
    if (batch.num_elements() == 0) continue;
    ASSIGN_OR_RETURN(
        const std::vector<Tensor> own,
        backend::cpu::ComputeOnHost({batch.Cast(DType::kF64)}, [&](ir::Operands x) -> ir::Values {
          if (reduced.empty()) return {x[0], ops::ZerosLike(x[0])};
          return {ops::Mean(x[0], reduced), ops::Variance(x[0], reduced)};
        }));
    const double count = static_cast<double>(batch.num_elements()) /
                         static_cast<double>(std::max<int64_t>(mean.num_elements(), 1));
    total += count;
    const double share = count / total;
    for (int64_t i = 0; i < mean.num_elements(); ++i) {
      const double shift = own[0].At(i) - mean.At(i);
      variance.data<double>()[i] +=
          share * (own[1].At(i) - variance.At(i) + (1 - share) * shift * shift);
      mean.data<double>()[i] += share * shift;
    }
  }
  for (Variable* variable : own_variables()) {
    if (variable == mean_) variable->value = mean.Cast(variable->type.dtype);
    if (variable == variance_) variable->value = variance.Cast(variable->type.dtype);
    if (!variable->has_value())
      variable->value = Tensor(variable->type.dtype, variable->type.shape);
  }
  return absl::OkStatus();
}

ir::Value Normalization::Call(CallContext& context, ir::Value input) {
  const ir::Value x = ops::Cast(input, compute_dtype());
  const auto statistic = [&](const Variable* variable, const Tensor& fixed) {
    if (variable == nullptr) return context.builder().Constant(fixed.Cast(compute_dtype()));
    std::vector<int64_t> shape(static_cast<size_t>(x.rank()), 1);
    for (const int64_t axis : axes_) {
      shape[static_cast<size_t>(axis)] = x.dim(static_cast<int>(axis));
    }
    return ops::Reshape(Weight(context, variable), Shape(std::move(shape)));
  };
  const ir::Value mean = statistic(mean_, fixed_mean_);
  const ir::Value scale = ops::Maximum(ops::Sqrt(statistic(variance_, fixed_variance_)), Epsilon());
  return config_.invert ? mean + x * scale : (x - mean) / scale;
}

}  // namespace tricorn::keras::layers
