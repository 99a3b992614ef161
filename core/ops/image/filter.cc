#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// Each channel of a batch filtered along spatial axis 0 (columns) or 1 (rows) by `kernel` (size,).
Value FilterAlong(Value x, Value kernel, int axis, Padding padding) {
  const int64_t size = kernel.dim(0), channels = x.dim(-1);
  const AxisPadding ends = ResolvePadding(padding, x.dim(axis + 1), size, 1);
  ConvAttrs conv{{1, 1}, {0, 0}, {0, 0}, {1, 1}, channels};
  const auto at = static_cast<size_t>(axis);
  conv.padding_low[at] = ends.low;
  conv.padding_high[at] = ends.high;
  Shape shape{1, 1, 1, channels};
  shape[axis] = size;
  return Conv(x, Broadcast(Cast(kernel, x.dtype()), shape, {axis}), std::move(conv));
}

// exp(-(i - (size - 1) / 2)^2 / (2 sigma^2)) over its sum.
Value GaussianKernel(int64_t size, Value sigma) {
  const Value x =
      image::Range(sigma.builder(), sigma.dtype(), size) - (static_cast<double>(size) - 1) / 2;
  const Value kernel = Exp(Square(x / sigma) * -0.5);
  return kernel / Sum(kernel);
}

Value SmoothAndDifference(Value x, int along) {
  Builder& b = x.builder();
  const DType dtype = image::WorkingDType(x);
  const auto kernel = [&](std::vector<double> values) {
    return b.Constant(Tensor::From<double>({3}, values).Cast(dtype));
  };
  const Value smooth = FilterAlong(x, kernel({1, 2, 1}), 1 - along, Padding::kSame);
  return FilterAlong(smooth, kernel({-1, 0, 1}), along, Padding::kSame);
}

}  // namespace

Value GaussianBlur(Value images, const Axes& kernel_size, Value sigma) {
  if (kernel_size.size() != 2 || kernel_size[0] < 1 || kernel_size[1] < 1 ||
      !(sigma.shape() == Shape{2})) {
    return Error(images, InvalidArgument("gaussian_blur: expected two positive kernel sizes and "
                                         "sigma (2,), received {} sizes and {}",
                                         kernel_size.size(), sigma.type().ToString()));
  }
  return image::OnBatch(images, [&](Value x) {
    const DType dtype = x.dtype();
    if (!IsFloating(dtype)) x = Cast(x, DType::kF32);
    const Value sigmas = Cast(sigma, image::WorkingDType(x));
    for (int64_t axis = 0; axis < 2; ++axis) {
      // The first size and sigma are those along a row.
      const auto which = static_cast<size_t>(1 - axis);
      const Value one = Squeeze(SliceAxis(sigmas, 0, 1 - axis, 2 - axis), {0});
      x = FilterAlong(x, GaussianKernel(kernel_size[which], one), static_cast<int>(axis),
                      Padding::kSame);
    }
    return x.builder().ok() ? image::RoundTo(x, dtype) : x;
  });
}

Value GaussianBlur(Value images, const Axes& kernel_size, double sigma_x, double sigma_y) {
  const Value sigma = images.builder().Constant(
      Tensor::From<double>({2}, {sigma_x, sigma_y}).Cast(image::WorkingDType(images)));
  return GaussianBlur(images, kernel_size, sigma);
}

Value SobelEdges(Value images) {
  if (images.rank() != 4) {
    return Error(images, InvalidArgument("sobel_edges: expected a batch of images, received {}",
                                         images.type().ToString()));
  }
  const DType dtype = images.dtype();
  const Value x = IsFloating(dtype) ? images : Cast(images, DType::kF32);
  const Value edges = Stack({{SmoothAndDifference(x, 0), SmoothAndDifference(x, 1)}}, -1);
  return edges.builder().ok() ? image::RoundTo(edges, dtype) : edges;
}

Value Ssim(Value a, Value b, const SsimOptions& options) {
  if (!(a.type() == b.type()) || (a.rank() != 3 && a.rank() != 4)) {
    return Error(a, InvalidArgument("ssim: expected images of one type and rank 3 or 4, received "
                                    "{} and {}",
                                    a.type().ToString(), b.type().ToString()));
  }
  if (options.filter_size < 1) {
    return Error(a, InvalidArgument("ssim: expected a positive filter_size, received {}",
                                    options.filter_size));
  }
  const DType dtype = a.dtype();
  const bool single = a.rank() == 3;
  const int64_t batch = single ? 1 : a.dim(0), channels = a.dim(-1);
  const int64_t rows = a.dim(-3), columns = a.dim(-2);
  // One image of one channel for each channel of each.
  const auto planes = [&](Value x) {
    if (!IsFloating(dtype)) x = Cast(x, DType::kF32);
    x = Reshape(x, {batch, rows, columns, channels});
    return Reshape(Transpose(x, {0, 3, 1, 2}), {batch * channels, rows, columns, 1});
  };
  const Value x = planes(a), y = planes(b);
  Value local = Concatenate({{x, y, x * x, y * y, x * y}}, 0);
  const Value sigma = Scalar(a.builder(), options.filter_sigma, image::WorkingDType(x));
  const Value kernel = GaussianKernel(options.filter_size, sigma);
  for (const int axis : {0, 1}) local = FilterAlong(local, kernel, axis, Padding::kValid);
  if (!local.builder().ok()) return Error(a);
  const Values means = Split(local, 5, 0);
  const Value xx = Square(means[0]), yy = Square(means[1]), xy = means[0] * means[1];
  const double c1 = options.k1 * options.max_val * options.k1 * options.max_val;
  const double c2 = options.k2 * options.max_val * options.k2 * options.max_val;
  const Value numerator = (xy * 2 + c1) * ((means[4] - xy) * 2 + c2);
  const Value denominator = (xx + yy + c1) * (means[2] - xx + means[3] - yy + c2);
  const Value plane = Mean(numerator / denominator, {1, 2, 3});
  const Value image = Mean(Reshape(plane, {batch, channels}), {1});
  return Cast(single ? Squeeze(image, {0}) : image, dtype);
}

}  // namespace tricorn::ops
