#include "core/ops/pool/pool.h"

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"

// Pooling and its gradients, channels last, as one thread an element of the result; of max pooling
// 16 bytes of channels. A gradient gathers what the windows over its element give: no atomics, the
// same bits every run.

namespace tricorn::backend::cuda {
namespace {

// The arrays of a pooling op along its spatial axes.
struct Windows {
  Shape x, y;  // (batch, spatial..., channels)
  ops::Axes window, strides, padding_low;
  int num_axes() const { return static_cast<int>(window.size()); }
};

template <typename Attrs>
Windows WindowsOf(const Shape& x, const Shape& y, const Attrs& a) {
  return {x, y, a.window, a.strides, a.padding_low};
}

// Statements that define `batch`, `c0`, `c1`, ... and `channel` of element `i` of `shape`.
std::string Coordinates(const Shape& shape) {
  const int last = shape.rank() - 1;
  std::string code =
      fmt::format("Index rest = i;\nconst Index channel = rest % {0}; rest /= {0};\n",
                  std::max<int64_t>(shape[last], 1));
  for (int k = last; k-- > 1;) {
    code += fmt::format("const Index c{0} = rest % {1}; rest /= {1};\n", k - 1,
                        std::max<int64_t>(shape[k], 1));
  }
  return code + "const Index batch = rest;\n";
}

// The index in an array of `shape` at (batch, coordinates named `prefix`k, channel).
std::string Place(const Shape& shape, std::string_view prefix) {
  std::string at = "batch";
  for (int k = 1; k < shape.rank() - 1; ++k) {
    at = fmt::format("({} * {} + {}{})", at, shape[k], prefix, k - 1);
  }
  return fmt::format("({} * {} + channel)", at, shape[shape.rank() - 1]);
}

// Loops over the pixels `p`k of the window at the output pixel `o`k that lie in x.
std::string OverWindow(const Windows& w, std::string_view o, const std::string& body) {
  std::string open, close;
  for (int k = 0; k < w.num_axes(); ++k) {
    const auto axis = static_cast<size_t>(k);
    open += fmt::format(
        "for (Index p{0} = max({1}{0} * {2} - {3}, Index(0)), "
        "e{0} = min({1}{0} * {2} - {3} + {4}, Index({5})); "
        "p{0} < e{0}; ++p{0}) {{\n",
        k, o, w.strides[axis], w.padding_low[axis], w.window[axis], w.x[k + 1]);
    close += "}\n";
  }
  return open + body + close;
}

// Loops over the output pixels `o`k whose windows cover the pixel `c`k.
std::string OverCovering(const Windows& w, const std::string& body) {
  std::string open, close;
  for (int k = 0; k < w.num_axes(); ++k) {
    const auto axis = static_cast<size_t>(k);
    // o * stride <= c + low < o * stride + window.
    open += fmt::format(
        "for (Index o{0} = max(c{0} + {1} - {2} + {3}, Index(0)) / {3}, "
        "f{0} = min((c{0} + {1}) / {3} + 1, Index({4})); o{0} < f{0}; ++o{0}) {{\n",
        k, w.padding_low[axis], w.window[axis], w.strides[axis], w.y[k + 1]);
    close += "}\n";
  }
  return open + body + close;
}

// Statements that find `place`, the first maximum of x0 in the window at `o`k, in row-major order;
// NaN wins.
std::string FindMaximum(const Windows& w, std::string_view o) {
  return "Index place = -1;\n" +
         OverWindow(w, o,
                    fmt::format("const Index q = {};\n"
                                "if (place < 0 || (Widen(x0[place]) == Widen(x0[place]) && "
                                "!(Widen(x0[q]) <= Widen(x0[place])))) place = q;\n",
                                Place(w.x, "p")));
}

std::unique_ptr<Kernel> MakeMaximum(const KernelRequest& request, std::string_view from) {
  const Windows w = WindowsOf(request.operands[0].shape, request.results[0].shape,
                              request.attrs.As<ops::MaxPoolAttrs>());
  return MakeElementKernel(request, w.y.num_elements(), Coordinates(w.y) + FindMaximum(w, "c"),
                           {fmt::format("{}[place]", from)});
}

std::unique_ptr<Kernel> MakeMaxPoolTake(const KernelRequest& request) {
  return MakeMaximum(request, "x1");
}

// Channels that a thread computes side by side: 16 bytes of them.
int WidthOf(const ir::Type& type) {
  int64_t width = 16 / std::max<int64_t>(SizeOf(type.dtype), 2);
  while (type.shape[type.rank() - 1] % width != 0) width /= 2;
  return static_cast<int>(width);
}

// The number of a pixel p in the window at `o`, in row-major order.
std::string TapOf(const Windows& w, std::string_view o, std::string_view p) {
  std::string tap = "0";
  for (int k = 0; k < w.num_axes(); ++k) {
    const auto axis = static_cast<size_t>(k);
    tap = fmt::format("({} * {} + {}{} - {}{} * {} + {})", tap, w.window[axis], p, k, o, k,
                      w.strides[axis], w.padding_low[axis]);
  }
  return tap;
}

// Statements that define the coordinates of `width` channels side by side of an array of `shape`.
std::string Start(const Shape& shape, int width) {
  return fmt::format(
             "typedef {} Index;\n"
             "const Index i = (Index(blockIdx.x) * 256 + threadIdx.x) * {};\n"
             "if (i >= {}) return;\n",
             IndexType(shape.num_elements() + 256 * width), width, shape.num_elements()) +
         Coordinates(shape);
}

GeneratedKernel::Stage StageOf(const Shape& shape, int width, std::string body) {
  return {std::move(body), {.blocks = (shape.num_elements() / width + 255) / 256}};
}

// The number of each window's maximum goes to the workspace, then each pixel gathers the gradients
// of the windows in which it is the maximum.
std::unique_ptr<Kernel> MakeNumberedGradient(const KernelRequest& request, const Windows& w) {
  const ir::Type& x = request.operands[0];
  const int width = WidthOf(x);
  const std::string type(TypeName(x.dtype));
  const std::string find =
      Start(w.y, width) +
      fmt::format("Wide<{0}> best[{1}];\nVector<u8, {1}> taps;\nbool none = true;\n", type, width) +
      OverWindow(w, "c",
                 fmt::format("const auto xs = Load<{0}>(x0 + {1}, {0});\nconst u8 tap = {2};\n"
                             "#pragma unroll\nfor (int u = 0; u < {0}; ++u) {{\n"
                             "const auto value = Widen(xs.at[u]);\n"
                             "if (none || (best[u] == best[u] && !(value <= best[u]))) {{\n"
                             "best[u] = value; taps.at[u] = tap; }} }}\nnone = false;\n",
                             width, Place(w.x, "p"), TapOf(w, "c", "p"))) +
      fmt::format("Store(taps, workspace + i, {});\n", width);
  const std::string gather =
      Start(w.x, width) + fmt::format("Wide<{}> sum[{}] = {{}};\n", type, width) +
      OverCovering(w, fmt::format("const Index at = {1};\nconst u8 tap = {2};\n"
                                  "const auto taps = Load<{0}>(workspace + at, {0});\n"
                                  "const auto dys = Load<{0}>(x1 + at, {0});\n"
                                  "#pragma unroll\nfor (int u = 0; u < {0}; ++u) {{\n"
                                  "if (taps.at[u] == tap) sum[u] += Widen(dys.at[u]); }}\n",
                                  width, Place(w.y, "o"), TapOf(w, "o", "c"))) +
      fmt::format(
          "Vector<{1}, {0}> result;\n"
          "#pragma unroll\nfor (int u = 0; u < {0}; ++u) result.at[u] = Narrow<{1}>::Of(sum[u]);\n"
          "Store(result, y0 + i, {0});\n",
          width, type);
  return std::make_unique<GeneratedKernel>(
      request,
      std::vector<GeneratedKernel::Stage>{StageOf(w.y, width, find), StageOf(w.x, width, gather)},
      w.y.num_elements());
}

std::unique_ptr<Kernel> MakeMaxPoolGradient(const KernelRequest& request) {
  const Windows w = WindowsOf(request.operands[0].shape, request.operands[1].shape,
                              request.attrs.As<ops::MaxPoolAttrs>());
  int64_t taps = 1;
  for (const int64_t length : w.window) taps *= length;
  if (IsFloating(request.operands[0].dtype) && taps <= 256 && w.y.num_elements() > 0) {
    return MakeNumberedGradient(request, w);
  }
  const std::string_view type = TypeName(request.results[0].dtype);
  const std::string body =
      FindMaximum(w, "o") +
      fmt::format("if (place == i) sum = scalar::add(sum, Widen(x1[{}]));\n", Place(w.y, "o"));
  return MakeElementKernel(
      request, w.x.num_elements(),
      Coordinates(w.x) + fmt::format("Wide<{}> sum(0);\n", type) + OverCovering(w, body),
      {fmt::format("Narrow<{}>::Of(sum)", type)});
}

std::unique_ptr<Kernel> MakeMaxPool(const KernelRequest& request) {
  const Windows w = WindowsOf(request.operands[0].shape, request.results[0].shape,
                              request.attrs.As<ops::MaxPoolAttrs>());
  if (!IsFloating(request.results[0].dtype) || w.y.num_elements() == 0) {
    return MakeMaximum(request, "x0");
  }
  const int width = WidthOf(request.results[0]);
  const std::string type(TypeName(request.results[0].dtype));
  // NaN wins, and the first of equals.
  const std::string body =
      Start(w.y, width) + fmt::format("Vector<{}, {}> best;\nbool none = true;\n", type, width) +
      OverWindow(w, "c",
                 fmt::format("const auto xs = Load<{0}>(x0 + {1}, {0});\n"
                             "#pragma unroll\nfor (int u = 0; u < {0}; ++u) {{\n"
                             "const auto value = Widen(xs.at[u]), top = Widen(best.at[u]);\n"
                             "if (none || (top == top && !(value <= top))) best.at[u] = xs.at[u]; "
                             "}}\nnone = false;\n",
                             width, Place(w.x, "p"))) +
      fmt::format("Store(best, y0 + i, {});\n", width);
  return std::make_unique<GeneratedKernel>(
      request, std::vector<GeneratedKernel::Stage>{StageOf(w.y, width, body)});
}

// The divisor of the window at `o`k: its elements in x, or all of them.
std::string Divisor(const Windows& w, bool count_padding, std::string_view o) {
  std::string product;
  for (int k = 0; k < w.num_axes(); ++k) {
    const auto axis = static_cast<size_t>(k);
    product += k == 0 ? "" : " * ";
    product += count_padding
                   ? fmt::format("{}", w.window[axis])
                   : fmt::format(
                         "(min({0}{1} * {2} - {3} + {4}, Index({5})) - "
                         "max({0}{1} * {2} - {3}, Index(0)))",
                         o, k, w.strides[axis], w.padding_low[axis], w.window[axis], w.x[k + 1]);
  }
  return product;
}

std::unique_ptr<Kernel> MakeAvgPool(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AvgPoolAttrs>();
  const Windows w = WindowsOf(request.operands[0].shape, request.results[0].shape, attrs);
  const std::string_view type = TypeName(request.results[0].dtype);
  const std::string sum =
      OverWindow(w, "c", fmt::format("sum = scalar::add(sum, Widen(x0[{}]));\n", Place(w.x, "p")));
  return MakeElementKernel(request, w.y.num_elements(),
                           Coordinates(w.y) + fmt::format("Wide<{}> sum(0);\n", type) + sum,
                           {fmt::format("Narrow<{0}>::Of(sum / Wide<{0}>({1}))", type,
                                        Divisor(w, attrs.count_padding, "c"))});
}

std::unique_ptr<Kernel> MakeAvgPoolGradient(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AvgPoolGradientAttrs>().pool;
  const Windows w = WindowsOf(request.results[0].shape, request.operands[0].shape, attrs);
  const std::string_view type = TypeName(request.results[0].dtype);
  const std::string body = fmt::format("sum = scalar::add(sum, Widen(x0[{}]) / Wide<{}>({}));\n",
                                       Place(w.y, "o"), type, Divisor(w, attrs.count_padding, "o"));
  return MakeElementKernel(
      request, w.x.num_elements(),
      Coordinates(w.x) + fmt::format("Wide<{}> sum(0);\n", type) + OverCovering(w, body),
      {fmt::format("Narrow<{}>::Of(sum)", type)});
}

}  // namespace

void RegisterPoolCuda(KernelRegistry& registry) {
  registry.Add(ops::kMaxPool, MakeMaxPool);
  registry.Add(ops::kMaxPoolTake, MakeMaxPoolTake);
  registry.Add(ops::kMaxPoolGradient, MakeMaxPoolGradient);
  registry.Add(ops::kAvgPool, MakeAvgPool);
  registry.Add(ops::kAvgPoolGradient, MakeAvgPoolGradient);
}

}  // namespace tricorn::backend::cuda
