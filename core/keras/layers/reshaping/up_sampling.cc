#include "core/keras/layers/reshaping/up_sampling.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

template <int N>
absl::Status CheckSize(const Tuple<N>& size, std::span<const SymbolicType> inputs) {
  for (int i = 0; i < N; ++i) RETURN_IF_ERROR(ExpectPositive("size", size[i]));
  return ExpectRank(inputs, N + 2);
}

template <int N>
ir::Value RepeatSpatially(ir::Value x, const Tuple<N>& size, DataFormat format) {
  for (int i = 0; i < N; ++i) x = ops::Repeat(x, size[i], FirstSpatialAxis(format) + i);
  return x;
}

}  // namespace

absl::Status UpSampling1D::BuildFrom(std::span<const SymbolicType> inputs) {
  return CheckSize<1>(config_.size, inputs);
}
ir::Value UpSampling1D::Call(CallContext&, ir::Value x) { return ops::Repeat(x, config_.size, 1); }

absl::Status UpSampling2D::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ops::ResampleMethod(config_.interpolation).status());
  return CheckSize(config_.size, inputs);
}
ir::Value UpSampling2D::Call(CallContext&, ir::Value x) {
  if (config_.interpolation == "nearest") {
    return RepeatSpatially(x, config_.size, config_.data_format);
  }
  x = ToChannelsLast(x, config_.data_format);
  x = ops::Resize(x, x.dim(1) * config_.size[0], x.dim(2) * config_.size[1],
                  {.interpolation = config_.interpolation});
  return FromChannelsLast(x, config_.data_format);
}

absl::Status UpSampling3D::BuildFrom(std::span<const SymbolicType> inputs) {
  return CheckSize(config_.size, inputs);
}
ir::Value UpSampling3D::Call(CallContext&, ir::Value x) {
  return RepeatSpatially(x, config_.size, config_.data_format);
}

}  // namespace tricorn::keras::layers
