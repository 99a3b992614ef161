#include <algorithm>

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/conv/conv.h"
#include "core/ops/pool/pool.h"
#include "core/ops/shape/rearrange.h"

// Functions that slide windows over spatial axes, or cut these into blocks.

namespace tricorn::keras {
namespace {

using namespace op_forms;

// One entry a spatial axis.
ops::Axes PerAxis(ops::Axes values, size_t count, int64_t otherwise) {
  if (values.empty()) values = {otherwise};
  if (values.size() == 1) values.resize(count, values[0]);
  return values;
}

DataFormat FormatOf(OpArguments& a) {
  DataFormat format = DataFormat::kChannelsLast;
  const absl::Status status = FromJson(a.Literal("data_format"), &format);
  if (!status.ok()) a.Error(WithSubject(status, "data_format"));
  return format;
}

ops::Padding PaddingOf(OpArguments& a) {
  const std::string padding = a.Text("padding", "valid");
  if (padding != "valid" && padding != "same") {
    a.Error(InvalidArgument("padding: expected 'valid' or 'same', received '{}'", padding));
  }
  return padding == "same" ? ops::Padding::kSame : ops::Padding::kValid;
}

// `inputs`, channels last.
Value Inputs(OpArguments& a) { return ToChannelsLast(a.Tensor("inputs"), FormatOf(a)); }
Values Outputs(OpArguments& a, Value y) { return {FromChannelsLast(y, FormatOf(a))}; }
size_t NumSpatial(const Value& x) { return static_cast<size_t>(std::max(x.rank() - 2, 0)); }

ops::ConvOptions ConvOptionsOf(OpArguments& a, const Value& x) {
  return {.strides = PerAxis(a.Ints("strides"), NumSpatial(x), 1),
          .padding = PaddingOf(a),
          .dilation = PerAxis(a.Ints("dilation_rate"), NumSpatial(x), 1)};
}

template <Value (*f)(Value, Value, const ops::ConvOptions&)>
Values Conv(OpArguments& a) {
  const Value x = Inputs(a);
  return Outputs(a, f(x, a.Tensor("kernel"), ConvOptionsOf(a, x)));
}

Values SeparableConv(OpArguments& a) {
  const Value x = Inputs(a);
  return Outputs(a, ops::SeparableConv(x, a.Tensor("depthwise_kernel"),
                                       a.Tensor("pointwise_kernel"), ConvOptionsOf(a, x)));
}

Values ConvTranspose(OpArguments& a) {
  const Value x = Inputs(a);
  std::optional<ops::Axes> output_padding;
  if (a.Has("output_padding")) {
    output_padding = PerAxis(a.Ints("output_padding"), NumSpatial(x), 0);
  }
  return Outputs(a, ops::ConvTranspose(x, a.Tensor("kernel"), ConvOptionsOf(a, x), output_padding));
}

template <typename Attrs, Value (*f)(Value, Attrs)>
Values Pool(OpArguments& a) {
  const Value x = Inputs(a);
  const size_t count = NumSpatial(x);
  Attrs attrs;
  attrs.window = PerAxis(a.Ints("pool_size"), count, 1);
  attrs.strides = a.Has("strides") ? PerAxis(a.Ints("strides"), count, 1) : attrs.window;
  if (attrs.window.size() != count || attrs.strides.size() != count) {
    return {a.Error(InvalidArgument("pool_size: expected {} lengths, received {}", count,
                                    attrs.window.size()))};
  }
  const ops::Padding padding = PaddingOf(a);
  for (size_t i = 0; i < count; ++i) {
    const ops::AxisPadding axis = ops::ResolvePadding(padding, x.dim(static_cast<int>(i) + 1),
                                                      attrs.window[i], attrs.strides[i]);
    attrs.padding_low.push_back(axis.low);
    attrs.padding_high.push_back(axis.high);
  }
  return Outputs(a, f(x, std::move(attrs)));
}

template <Value (*f)(Value, int64_t axis, int64_t size)>
Values AdaptivePool(OpArguments& a) {
  Value x = Inputs(a);
  const ops::Axes sizes = PerAxis(a.Ints("output_size"), NumSpatial(x), 0);
  for (size_t i = 0; i < sizes.size(); ++i) x = f(x, static_cast<int64_t>(i) + 1, sizes[i]);
  return Outputs(a, x);
}

ops::BlockOptions BlockOptionsOf(OpArguments& a) {
  return {.kernel_size = PerAxis(a.Ints("kernel_size"), 2, 0),
          .dilation = PerAxis(a.Ints("dilation"), 2, 1),
          .padding = PerAxis(a.Ints("padding"), 2, 0),
          .stride = PerAxis(a.Ints("stride"), 2, 1)};
}

Values Unfold(OpArguments& a) { return {ops::Unfold(a.Tensor("x"), BlockOptionsOf(a))}; }

Values Fold(OpArguments& a) {
  return {ops::Fold(a.Tensor("x"), PerAxis(a.Ints("output_size"), 2, 0), BlockOptionsOf(a))};
}

template <Value (*f)(Value, int64_t, bool)>
Values Blocks(OpArguments& a) {
  return {f(a.Tensor("x"), a.Int("block_size"), FormatOf(a) == DataFormat::kChannelsFirst)};
}

}  // namespace

std::vector<OpEntry> WindowOps() {
  constexpr std::string_view kPooling = "inputs pool_size strides padding data_format";
  constexpr std::string_view kConv = "inputs kernel strides padding data_format dilation_rate";
  return {
      {"adaptive_average_pool", "AdaptiveAveragePool", "nn", "inputs output_size data_format",
       AdaptivePool<ops::AdaptiveAveragePool>},
      {"adaptive_max_pool", "AdaptiveMaxPool", "nn", "inputs output_size data_format",
       AdaptivePool<ops::AdaptiveMaxPool>},
      {"average_pool", "AveragePool", "nn", kPooling, Pool<ops::AvgPoolAttrs, ops::AvgPool>},
      {"conv", "Conv", "nn", kConv, Conv<ops::Convolution>},
      {"conv_transpose", "ConvTranspose", "nn",
       "inputs kernel strides padding output_padding data_format dilation_rate", ConvTranspose},
      {"depth_to_space", "DepthToSpace", "nn", "x block_size data_format",
       Blocks<ops::DepthToSpace>},
      {"depthwise_conv", "DepthwiseConv", "nn", kConv, Conv<ops::DepthwiseConv>},
      {"fold", "Fold", "nn", "x output_size kernel_size dilation padding stride", Fold},
      {"max_pool", "MaxPool", "nn", kPooling, Pool<ops::MaxPoolAttrs, ops::MaxPool>},
      {"separable_conv", "SeparableConv", "nn",
       "inputs depthwise_kernel pointwise_kernel strides padding data_format dilation_rate",
       SeparableConv},
      {"space_to_depth", "SpaceToDepth", "nn", "x block_size data_format",
       Blocks<ops::SpaceToDepth>},
      {"unfold", "Unfold", "nn", "x kernel_size dilation padding stride", Unfold},
  };
}

}  // namespace tricorn::keras
