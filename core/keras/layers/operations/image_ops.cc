#include "core/ops/image/image.h"

#include "core/base/json_fields.h"
#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

bool IsChannelsFirst(OpArguments& a) {
  const std::string format = a.Text("data_format", "channels_last");
  if (format != "channels_last" && format != "channels_first") {
    a.Error(
        InvalidArgument("data_format: expected 'channels_last' or 'channels_first', received "
                        "'{}'",
                        format));
  }
  return format == "channels_first";
}

// f of x with its channels last; of `spatial` axes, behind the channels where those come first.
template <typename F>
Values OnChannelsLast(OpArguments& a, std::string_view name, int64_t spatial, F&& f) {
  const Value x = a.Tensor(name);
  if (!IsChannelsFirst(a)) return {f(x)};
  const Value y = f(ops::MoveAxis(x, -1 - spatial, -1));
  if (!a.builder().ok() || y.rank() != x.rank()) return {y};
  return {ops::MoveAxis(y, -1, -1 - spatial)};
}

// The members of a struct that were given as arguments of the same names.
template <typename T>
T Options(OpArguments& a) {
  T options;
  ForEachField(options, [&](std::string_view name, auto& member) {
    if (!a.Has(name)) return;
    const absl::Status status = FromJson(a.Literal(name), &member);
    if (!status.ok()) a.Error(WithSubject(status, name));
  });
  return options;
}

ops::MapCoordinatesAttrs Sampling(OpArguments& a, const std::string& fill_mode) {
  const absl::StatusOr<int64_t> order = ops::SamplingOrder(a.Text("interpolation", "bilinear"));
  if (!order.ok()) a.Error(order.status());
  return {order.value_or(1), fill_mode, a.Number("fill_value", 0)};
}

// One number for each of `count` axes, or one for all.
ops::Axes Each(OpArguments& a, std::string_view name, size_t count) {
  ops::Axes values = a.Ints(name);
  if (values.size() == 1) values.resize(count, values[0]);
  return values;
}

template <Value (*f)(Value)>
Values Colors(OpArguments& a) {
  return OnChannelsLast(a, "images", 2, [](Value x) { return f(x); });
}

Values Resize(OpArguments& a) {
  const ops::Axes size = a.Ints("size");
  if (size.size() != 2) {
    return {a.Error(InvalidArgument("size: expected two numbers, received {}", size.size()))};
  }
  const auto options = Options<ops::ResizeOptions>(a);
  return OnChannelsLast(a, "images", 2,
                        [&](Value x) { return ops::Resize(x, size[0], size[1], options); });
}

Values AffineTransform(OpArguments& a) {
  const ops::MapCoordinatesAttrs sampling = Sampling(a, a.Text("fill_mode", "constant"));
  return OnChannelsLast(a, "images", 2, [&](Value x) {
    return ops::AffineTransform(x, a.Tensor("transform"), sampling);
  });
}

Values PerspectiveTransform(OpArguments& a) {
  const ops::MapCoordinatesAttrs sampling = Sampling(a, "constant");
  return OnChannelsLast(a, "images", 2, [&](Value x) {
    return ops::PerspectiveTransform(x, a.Tensor("start_points"), a.Tensor("end_points"), sampling);
  });
}

Values MapCoordinates(OpArguments& a) {
  return {ops::MapCoordinates(a.Tensor("inputs"), a.Tensor("coordinates"),
                              Options<ops::MapCoordinatesAttrs>(a))};
}

// A saved step carries its seed, so every call moves images alike, as in Keras.
Values ElasticTransform(OpArguments& a) {
  if (!a.Has("seed")) {
    return {a.Error(Unimplemented("seed: expected an integer where a model calls the op"))};
  }
  const auto seed = static_cast<uint64_t>(a.Int("seed"));
  const Value key = a.builder().Constant(Tensor::From<uint32_t>(
      {2}, {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}));
  constexpr double kWidest = 1 << 20;
  const double sigma = a.Number("sigma", 5);
  if (!(sigma > 0 && sigma < kWidest)) {
    return {a.Error(InvalidArgument("sigma: expected a positive number, received {}", sigma))};
  }
  const Value alpha = ops::Scalar(a.builder(), a.Number("alpha", 20), DType::kF32);
  const Value wide = ops::Scalar(a.builder(), sigma, DType::kF32);
  const ops::MapCoordinatesAttrs sampling = Sampling(a, a.Text("fill_mode", "reflect"));
  return OnChannelsLast(a, "images", 2, [&](Value x) {
    return ops::ElasticTransform(x, key, alpha, wide, static_cast<int64_t>(6 * sigma) | 1,
                                 sampling);
  });
}

Values ScaleAndTranslate(OpArguments& a) {
  return {ops::ScaleAndTranslate(a.Tensor("images"), a.ShapeOf("output_shape"), a.Tensor("scale"),
                                 a.Tensor("translation"), a.Ints("spatial_dims"),
                                 a.Text("method", std::nullopt), a.Flag("antialias", true))};
}

Values CropImages(OpArguments& a) {
  const auto options = Options<ops::CropImagesOptions>(a);
  return OnChannelsLast(a, "images", 2, [&](Value x) { return ops::CropImages(x, options); });
}

Values PadImages(OpArguments& a) {
  const auto options = Options<ops::PadImagesOptions>(a);
  return OnChannelsLast(a, "images", 2, [&](Value x) { return ops::PadImages(x, options); });
}

ops::Padding PaddingOf(OpArguments& a) {
  const std::string padding = a.Text("padding", "valid");
  if (padding != "valid" && padding != "same") {
    a.Error(InvalidArgument("padding: expected 'valid' or 'same', received '{}'", padding));
  }
  return padding == "same" ? ops::Padding::kSame : ops::Padding::kValid;
}

// `spatial` axes where size is one number; else one for each number.
Values ExtractFrom(OpArguments& a, std::string_view name, size_t spatial) {
  if (a.IsList("size")) spatial = a.Ints("size").size();
  const ops::Axes size = Each(a, "size", spatial);
  const ops::Axes strides = a.Has("strides") ? Each(a, "strides", spatial) : size;
  const ops::Axes dilation =
      a.Has("dilation_rate") ? Each(a, "dilation_rate", spatial) : ops::Axes(spatial, 1);
  const ops::Padding padding = PaddingOf(a);
  return OnChannelsLast(a, name, static_cast<int64_t>(spatial), [&](Value x) {
    return ops::ExtractPatches(x, size, strides, dilation, padding);
  });
}
Values ExtractPatches(OpArguments& a) { return ExtractFrom(a, "images", 2); }
Values ExtractPatches3d(OpArguments& a) { return ExtractFrom(a, "volumes", 3); }

Values ReconstructPatches(OpArguments& a) {
  const size_t spatial = a.IsList("size") ? a.Ints("size").size() : 2;
  const ops::Axes size = Each(a, "size", spatial);
  if (a.Has("strides") && Each(a, "strides", spatial) != size) {
    return {a.Error(Unimplemented("strides: expected the size of the patches"))};
  }
  const ops::Axes output_size = a.Ints("output_size");
  const ops::Padding padding = PaddingOf(a);
  return OnChannelsLast(a, "patches", static_cast<int64_t>(spatial), [&](Value x) {
    return ops::ReconstructPatches(x, size, output_size, padding);
  });
}

Values GaussianBlur(OpArguments& a) {
  const ops::Axes size = a.Has("kernel_size") ? Each(a, "kernel_size", 2) : ops::Axes{3, 3};
  const Value sigma = a.Has("sigma") ? ops::BroadcastTo(a.Tensor("sigma"), {2})
                                     : ops::Full(a.builder(), {DType::kF32, {2}}, 1);
  const auto blur = [&](Value x) { return ops::GaussianBlur(x, size, sigma); };
  if (a.IsGiven("data_format")) return OnChannelsLast(a, "images", 2, blur);
  // Called without one (saved steps have one), Keras takes the channels to come first.
  return {ops::MoveAxis(blur(ops::MoveAxis(a.Tensor("images"), -3, -1)), -1, -3)};
}

Values SobelEdges(OpArguments& a) {
  const bool first = IsChannelsFirst(a);
  const Value x = a.Tensor("images");
  const Value y = ops::SobelEdges(first && x.rank() == 4 ? ops::MoveAxis(x, 1, -1) : x);
  return {first && a.builder().ok() ? ops::MoveAxis(y, 3, 1) : y};
}

Values Ssim(OpArguments& a) {
  const auto options = Options<ops::SsimOptions>(a);
  return OnChannelsLast(a, "image1", 2, [&](Value x) {
    const Value y = a.Tensor("image2");
    return ops::Ssim(x, IsChannelsFirst(a) ? ops::MoveAxis(y, -3, -1) : y, options);
  });
}

}  // namespace

std::vector<OpEntry> ImageOps() {
  return {
      {"image.affine_transform", "AffineTransform", "image",
       "images transform interpolation fill_mode fill_value data_format", AffineTransform},
      {"image.crop_images", "CropImages", "image",
       "images top_cropping left_cropping bottom_cropping right_cropping target_height "
       "target_width data_format",
       CropImages},
      {"image.elastic_transform", "ElasticTransform", "image",
       "images alpha sigma interpolation fill_mode fill_value seed data_format", ElasticTransform},
      {"image.extract_patches", "ExtractPatches", "image",
       "images size strides dilation_rate padding data_format", ExtractPatches},
      {"image.extract_patches_3d", "", "image",
       "volumes size strides dilation_rate padding data_format", ExtractPatches3d},
      {"image.gaussian_blur", "GaussianBlur", "image", "images kernel_size sigma data_format",
       GaussianBlur},
      {"image.hsv_to_rgb", "HSVToRGB", "image", "images data_format", Colors<ops::HsvToRgb>},
      {"image.map_coordinates", "MapCoordinates", "image",
       "inputs coordinates order fill_mode fill_value", MapCoordinates},
      {"image.pad_images", "PadImages", "image",
       "images top_padding left_padding bottom_padding right_padding target_height target_width "
       "data_format",
       PadImages},
      {"image.perspective_transform", "PerspectiveTransform", "image",
       "images start_points end_points interpolation fill_value data_format", PerspectiveTransform},
      {"image.reconstruct_patches", "ReconstructPatches", "image",
       "patches size output_size strides padding data_format", ReconstructPatches},
      {"image.resize", "Resize", "image",
       "images size interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode "
       "fill_value data_format",
       Resize},
      {"image.rgb_to_grayscale", "RGBToGrayscale", "image", "images data_format",
       Colors<ops::RgbToGrayscale>},
      {"image.rgb_to_hsv", "RGBToHSV", "image", "images data_format", Colors<ops::RgbToHsv>},
      {"image.scale_and_translate", "ScaleAndTranslate", "image",
       "images output_shape scale translation spatial_dims method antialias", ScaleAndTranslate},
      {"image.sobel_edges", "SobelEdges", "image", "images data_format", SobelEdges},
      {"image.ssim", "SSIM", "image",
       "image1 image2 max_val filter_size filter_sigma k1 k2 data_format", Ssim},
  };
}

}  // namespace tricorn::keras
