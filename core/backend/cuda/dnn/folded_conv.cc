#include "core/backend/cuda/dnn/folded_conv.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

Shape WithAxis(const Shape& shape, int axis, int64_t length) {
  std::vector<int64_t> lengths(shape.begin(), shape.end());
  lengths[static_cast<size_t>(axis)] = length;
  return Shape(std::move(lengths));
}

// cuDNN's order of a kernel: its last axis first.
Shape InOrderOfDnn(const Shape& kernel) {
  std::vector<int64_t> lengths = {kernel[kernel.rank() - 1]};
  for (int k = 0; k < kernel.rank() - 1; ++k) lengths.push_back(kernel[k]);
  return Shape(std::move(lengths));
}

KernelRequest Inner(const KernelRequest& request, const ir::Type& from, const ir::Type& to) {
  return {.op = request.op,
          .attrs = request.attrs,
          .operands = {&from, 1},
          .results = {&to, 1},
          .regions = {},
          .module = request.module,
          .libraries = request.libraries,
          .allow_tf32 = request.allow_tf32};
}

int64_t RoundUp(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

}  // namespace

FoldedConv::FoldedConv(const ops::ConvAttrs& attrs, const ir::Type& x, const Shape& kernel,
                       const Shape& y, bool on_matrix_units)
    : given_x_(x), given_kernel_(kernel), attrs_(attrs), x_(x.shape), kernel_(kernel) {
  const int last = x.rank() - 1;
  const int64_t channels = x.shape[last];
  const int64_t multiple = 16 / std::max<int64_t>(SizeOf(x.dtype), 2);
  const bool is_in_groups = kernel[kernel.rank() - 2] != channels;
  if (!on_matrix_units || is_in_groups || channels >= multiple) return;
  is_padded_ = true;
  is_folded_ = FoldSquares(y, multiple);
  if (is_folded_) return;
  x_ = WithAxis(x.shape, last, multiple);
  kernel_ = WithAxis(kernel, kernel.rank() - 2, multiple);
}

bool FoldedConv::FoldSquares(const Shape& y, int64_t multiple) {
  const auto are = [](const ops::Axes& axes, int64_t n) {
    return std::all_of(axes.begin(), axes.end(), [&](int64_t axis) { return axis == n; });
  };
  const Shape& x = given_x_.shape;
  if (x.rank() != 4 || !are(attrs_.strides, 2) || !are(attrs_.dilation, 1)) return false;
  const int64_t channels = RoundUp(4 * x[3], multiple);
  std::vector<int64_t> pixels = {x[0]}, taps;
  ops::ConvAttrs folded = attrs_;
  folded.strides = {1, 1};
  for (int axis = 0; axis < 2; ++axis) {
    const auto k = static_cast<size_t>(axis);
    shift_[k] = attrs_.padding_low[k] % 2;
    const int64_t squares = (x[axis + 1] + 1) / 2;
    taps.push_back((given_kernel_[axis] + shift_[k] + 1) / 2);
    const int64_t low = (attrs_.padding_low[k] + shift_[k]) / 2;
    const int64_t high = y[axis + 1] - 1 + taps.back() - low - squares;
    if (high < 0) return false;
    // The engines want as much on both sides; the rest is zeros in the copy.
    const int64_t both = std::min(low, high);
    border_[k] = low - both;
    pixels.push_back(squares + low + high - 2 * both);
    folded.padding_low[k] = folded.padding_high[k] = both;
  }
  pixels.push_back(channels);
  taps.insert(taps.end(), {channels, given_kernel_[3]});
  attrs_ = folded;
  x_ = Shape(std::move(pixels));
  kernel_ = Shape(std::move(taps));
  return true;
}

std::unique_ptr<Kernel> FoldedConv::MakeCopyOfX(const KernelRequest& request) const {
  const ir::Type to{given_x_.dtype, x_};
  const Shape& x = given_x_.shape;
  const int64_t own = x[x.rank() - 1], channels = x_[x_.rank() - 1];
  const int64_t pixels = x_.num_elements() / channels;
  std::string gather = fmt::format(
      "#pragma unroll\nfor (int c = 0; c < {0}; ++c) pixel.at[c] = x0[i * {0} + c];\n", own);
  if (is_folded_) {
    gather = fmt::format(
        "const i64 column = i % {columns}, row = i / {columns} % {rows}, n = i / {of_image};\n"
        "#pragma unroll\nfor (int b = 0; b < 4; ++b) {{\n"
        "const i64 h = 2 * (row - {above}) + b / 2, w = 2 * (column - {before}) + b % 2;\n"
        "if (h < 0 || h >= {height} || w < 0 || w >= {width}) continue;\n"
        "#pragma unroll\nfor (int c = 0; c < {own}; ++c) "
        "pixel.at[b * {own} + c] = x0[((n * {height} + h) * {width} + w) * {own} + c];\n}}\n",
        fmt::arg("columns", x_[2]), fmt::arg("rows", x_[1]), fmt::arg("of_image", x_[1] * x_[2]),
        fmt::arg("height", x[1]), fmt::arg("width", x[2]), fmt::arg("own", own),
        fmt::arg("above", border_[0]), fmt::arg("before", border_[1]));
  }
  const std::string body = fmt::format(
      "const i64 i = i64(blockIdx.x) * 256 + threadIdx.x;\nif (i >= {pixels}) return;\n"
      "Vector<{type}, {channels}> pixel = {{}};\n{gather}"
      "Store(pixel, y0 + i * {channels}, {channels});\n",
      fmt::arg("pixels", pixels), fmt::arg("type", TypeName(to.dtype)),
      fmt::arg("channels", channels), fmt::arg("gather", gather));
  return std::make_unique<GeneratedKernel>(
      Inner(request, given_x_, to),
      std::vector<GeneratedKernel::Stage>{{body, {.blocks = (pixels + 255) / 256}}});
}

// Statements that define where element `i` of the one kernel is in the other: `at`, and whether it
// is there at all, `exists`.
std::string FoldedConv::SquareOfTap(bool to_dnn) const {
  const int64_t own = given_kernel_[2], outs = given_kernel_[3];
  if (to_dnn) {  // i = ((out * taps0 + a0) * taps1 + a1) * channels + channel
    return fmt::format(
        "const Index channel = i % {channels}, a1 = i / {channels} % {taps1};\n"
        "const Index a0 = i / {row} % {taps0}, out = i / {of_out};\n"
        "const Index b = channel / {own}, c = channel % {own};\n"
        "const Index k0 = 2 * a0 + b / 2 - {shift0}, k1 = 2 * a1 + b % 2 - {shift1};\n"
        "const bool exists = b < 4 && k0 >= 0 && k0 < {height} && k1 >= 0 && k1 < {width};\n"
        "const Index at = ((k0 * {width} + k1) * {own} + c) * {outs} + out;\n",
        fmt::arg("channels", kernel_[2]), fmt::arg("taps0", kernel_[0]),
        fmt::arg("taps1", kernel_[1]), fmt::arg("row", kernel_[1] * kernel_[2]),
        fmt::arg("of_out", kernel_[0] * kernel_[1] * kernel_[2]), fmt::arg("own", own),
        fmt::arg("shift0", shift_[0]), fmt::arg("shift1", shift_[1]),
        fmt::arg("height", given_kernel_[0]), fmt::arg("width", given_kernel_[1]),
        fmt::arg("outs", outs));
  }
  return fmt::format(  // i = ((k0 * width + k1) * own + c) * outs + out
      "const Index out = i % {outs}, c = i / {outs} % {own};\n"
      "const Index k1 = i / {of_tap} % {width} + {shift1}, k0 = i / {row} + {shift0};\n"
      "const Index channel = (k0 % 2 * 2 + k1 % 2) * {own} + c;\nconst bool exists = true;\n"
      "const Index at = ((out * {taps0} + k0 / 2) * {taps1} + k1 / 2) * {channels} + channel;\n",
      fmt::arg("outs", outs), fmt::arg("own", own), fmt::arg("of_tap", own * outs),
      fmt::arg("width", given_kernel_[1]), fmt::arg("row", given_kernel_[1] * own * outs),
      fmt::arg("shift0", shift_[0]), fmt::arg("shift1", shift_[1]), fmt::arg("taps0", kernel_[0]),
      fmt::arg("taps1", kernel_[1]), fmt::arg("channels", kernel_[2]));
}

std::unique_ptr<Kernel> FoldedConv::MakeReorder(const KernelRequest& request, bool to_dnn) const {
  const DType dtype = given_x_.dtype;
  const ir::Type ours{dtype, given_kernel_}, theirs{dtype, InOrderOfDnn(kernel_)};
  const ir::Type& from = to_dnn ? ours : theirs;
  const ir::Type& to = to_dnn ? theirs : ours;
  std::string code;
  std::string exists = "exists";
  if (is_folded_) {
    code = SquareOfTap(to_dnn);
  } else {
    // Axis k of `to` is axis perm[k] of `from`.
    const int n = ours.rank();
    const std::vector<int64_t> from_strides = from.shape.Strides();
    std::vector<int64_t> strides;
    for (int k = 0; k < n; ++k) {
      const int axis = to_dnn ? (k == 0 ? n - 1 : k - 1) : (k == n - 1 ? 0 : k + 1);
      strides.push_back(from_strides[static_cast<size_t>(axis)]);
    }
    code = IndexCode(to.shape, {strides}).Code("i", {"at"});
    const int64_t own = given_kernel_[n - 2], channels = kernel_[n - 2];
    exists = to_dnn && own != channels ? fmt::format("i % {} < {}", channels, own) : "true";
  }
  return MakeElementKernel(Inner(request, from, to), to.num_elements(), code,
                           {fmt::format("{} ? x0[at] : {}{{}}", exists, TypeName(dtype))});
}

}  // namespace tricorn::backend::cuda
