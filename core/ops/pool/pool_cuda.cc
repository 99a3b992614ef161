#include "core/ops/pool/pool.h"

#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/generated_kernel.h"
#include "core/backend/cuda/index_code.h"
#include "core/base/status.h"

// Pooling and its gradients, channels last, as one thread an element of the result. A gradient
// gathers what the windows over its element give: no atomics, the same bits every run.

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

std::unique_ptr<Kernel> MakeMaxPool(const KernelRequest& request) {
  return MakeMaximum(request, "x0");
}

std::unique_ptr<Kernel> MakeMaxPoolTake(const KernelRequest& request) {
  return MakeMaximum(request, "x1");
}

std::unique_ptr<Kernel> MakeMaxPoolGradient(const KernelRequest& request) {
  const Windows w = WindowsOf(request.operands[0].shape, request.operands[1].shape,
                              request.attrs.As<ops::MaxPoolAttrs>());
  const std::string_view type = TypeName(request.results[0].dtype);
  const std::string body =
      FindMaximum(w, "o") +
      fmt::format("if (place == i) sum = scalar::add(sum, Widen(x1[{}]));\n", Place(w.y, "o"));
  return MakeElementKernel(
      request, w.x.num_elements(),
      Coordinates(w.x) + fmt::format("Wide<{}> sum(0);\n", type) + OverCovering(w, body),
      {fmt::format("Narrow<{}>::Of(sum)", type)});
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
