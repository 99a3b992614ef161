#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ops/conv/conv.h"
#include "core/ops/op.h"

// keras.ops.image over the other families. Images are (height, width, channels), or a batch of them
// (batch, height, width, channels); whoever has the channels elsewhere moves them. Results have the
// images' dtype: of integers, what is computed between them is rounded.
// Source of conventions: Keras 3 `keras.ops.image` on JAX.

namespace tricorn::ops {

// -- Resampling along an axis --------------------------------------------------------------------

// `method`: "nearest", "linear", "cubic" (Keys, a = -0.5), "lanczos3" or "lanczos5". Where the
// axis shrinks, `antialias` widens the method's kernel by as much.
struct ResampleAttrs {
  int64_t axis = 0;
  int64_t length = 1;
  std::string method = "linear";
  bool antialias = false;
  FIELDS(axis, length, method, antialias)
};
// y_j = sum_i w_ij x_i along `axis`, w_ij = kernel(|s_j - i|) / sum_i kernel(|s_j - i|),
// s_j = (j + 1/2) / scale - 1/2, scale = length / length of x. Floating, but for "nearest".
extern const OpDef kResample;
Value Resample(Value x, ResampleAttrs attrs);
// The same for any scale and a shift by `translation`: s_j = (j + 1/2 - translation) / scale - 1/2;
// 0 where s_j is outside x. Operands: x, scale, translation (scalars of one floating dtype).
extern const OpDef kScaleAndTranslate;
Value ScaleAndTranslate(Value x, Value scale, Value translation, ResampleAttrs attrs);
// Along several axes: entry k of scale and translation, both (axes,), is that of axes[k].
Value ScaleAndTranslate(Value x, const Shape& shape, Value scale, Value translation,
                        const Axes& axes, std::string_view method, bool antialias);

// The attribute `method` for Keras's name of an interpolation ("bilinear", "tricubic", ...).
absl::StatusOr<std::string> ResampleMethod(std::string_view interpolation);

struct ResizeOptions {
  std::string interpolation = "bilinear";
  bool antialias = false;
  bool crop_to_aspect_ratio = false;
  bool pad_to_aspect_ratio = false;
  std::string fill_mode = "constant";
  double fill_value = 0;
  FIELDS(interpolation, antialias, crop_to_aspect_ratio, pad_to_aspect_ratio, fill_mode, fill_value)
};
Value Resize(Value images, int64_t height, int64_t width, const ResizeOptions& options = {});
// The largest centred part with the aspect ratio of height and width, resized.
Value SmartResize(Value images, int64_t height, int64_t width,
                  std::string_view interpolation = "bilinear");

// -- Sampling at coordinates ---------------------------------------------------------------------

// order 0: the nearest element; 1: linear between neighbours. Outside, by fill_mode, (abcd) goes on
// as "constant" kkkk(abcd)kkkk, "nearest" aaaa(abcd)dddd, "wrap" abcd(abcd)abcd, "mirror"
// dcb(abcd)cba or "reflect" dcba(abcd)dcba.
struct MapCoordinatesAttrs {
  int64_t order = 1;
  std::string fill_mode = "constant";
  double fill_value = 0;
  FIELDS(order, fill_mode, fill_value)
};
// y[b, p..., c] = x[b, coordinates[b, p..., :], c]. Operands: x (batch, spatial..., channels),
// coordinates (batch, p..., spatial axes), floating. y as x.
extern const OpDef kMapCoordinates;
// y[p...] = x[coordinates[:, p...]]. coordinates (axes of x, p...), cast to floating.
Value MapCoordinates(Value x, Value coordinates, const MapCoordinatesAttrs& attrs);

// "nearest" or "bilinear".
absl::StatusOr<int64_t> SamplingOrder(std::string_view interpolation);

// y[r, c] = x[(b0 c + b1 r + b2) / k, (a0 c + a1 r + a2) / k], k = c0 c + c1 r + 1.
// transform (8,) or (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1.
Value AffineTransform(Value images, Value transform, const MapCoordinatesAttrs& sampling);
// Moves start_points to end_points, (4, 2) or (batch, 4, 2): x and y of four corners.
Value PerspectiveTransform(Value images, Value start_points, Value end_points,
                           const MapCoordinatesAttrs& sampling);
// (batch, 8), in AffineTransform's order: where each point of the result comes from.
Value Homography(Value start_points, Value end_points);
// Moves each pixel by alpha times a smooth random field: normal noise of deviation `sigma` blurred
// by a Gaussian of `sigma` cut to kernel_size. alpha and sigma: scalars. key (2,) u32.
Value ElasticTransform(Value images, Value key, Value alpha, Value sigma, int64_t kernel_size,
                       const MapCoordinatesAttrs& sampling);

// -- Cropping, padding, patches ------------------------------------------------------------------

// Two of top, bottom and target_height; two of left, right and target_width.
struct CropImagesOptions {
  std::optional<int64_t> top_cropping = std::nullopt;
  std::optional<int64_t> left_cropping = std::nullopt;
  std::optional<int64_t> bottom_cropping = std::nullopt;
  std::optional<int64_t> right_cropping = std::nullopt;
  std::optional<int64_t> target_height = std::nullopt;
  std::optional<int64_t> target_width = std::nullopt;
  FIELDS(top_cropping, left_cropping, bottom_cropping, right_cropping, target_height, target_width)
};
Value CropImages(Value images, const CropImagesOptions& options);
struct PadImagesOptions {
  std::optional<int64_t> top_padding = std::nullopt;
  std::optional<int64_t> left_padding = std::nullopt;
  std::optional<int64_t> bottom_padding = std::nullopt;
  std::optional<int64_t> right_padding = std::nullopt;
  std::optional<int64_t> target_height = std::nullopt;
  std::optional<int64_t> target_width = std::nullopt;
  FIELDS(top_padding, left_padding, bottom_padding, right_padding, target_height, target_width)
};
Value PadImages(Value images, const PadImagesOptions& options);

// The windows of x (batch, spatial..., channels), each laid flat on the last axis: spatial offset
// first, then channel. Lists have one entry a spatial axis. x may lack the batch.
Value ExtractPatches(Value x, const Axes& size, const Axes& strides, const Axes& dilation,
                     Padding padding);
// The inverse for windows side by side: patches (batch, grid..., prod(size) * channels).
Value ReconstructPatches(Value patches, const Axes& size, const Axes& output_size, Padding padding);

// -- Filters -------------------------------------------------------------------------------------

// kernel_size and sigma (2,): of columns, of rows, in this order. Zeros outside.
Value GaussianBlur(Value images, const Axes& kernel_size, Value sigma);
Value GaussianBlur(Value images, const Axes& kernel_size, double sigma_x, double sigma_y);
// y (batch, height, width, channels, 2): derivatives along rows' and columns' index.
Value SobelEdges(Value images);

struct SsimOptions {
  double max_val = 1;
  int64_t filter_size = 11;
  double filter_sigma = 1.5;
  double k1 = 0.01;
  double k2 = 0.03;
  FIELDS(max_val, filter_size, filter_sigma, k1, k2)
};
// The structural similarity of each pair of images: (batch,), or a scalar.
// Source: Wang et al. 2004.
Value Ssim(Value a, Value b, const SsimOptions& options = {});

// -- Colors --------------------------------------------------------------------------------------

Value RgbToGrayscale(Value images);  // one channel; images of one channel as they are
Value RgbToHsv(Value images);        // of floating images within [0, 1]
Value HsvToRgb(Value images);

}  // namespace tricorn::ops
