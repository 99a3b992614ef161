#include "core/ops/conv/conv.h"

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"

// Convolutions of any rank, dtype, groups and padding as one thread an element of the result: what
// cuDNN refuses.

namespace tricorn::backend::cuda {
namespace {

// Shapes of x (batch, spatial..., in), kernel (spatial..., in / groups, out), y (batch, spatial...,
// out).
struct Conv {
  const ops::ConvAttrs& attrs;
  Shape x, kernel, y;
  int num_axes() const { return x.rank() - 2; }
  int64_t inputs() const { return kernel[num_axes()]; }  // of one group
  int64_t outputs() const { return y[y.rank() - 1] / attrs.groups; }
};

std::string Coordinates(const Shape& shape, const std::vector<std::string>& names) {
  std::string code = "Index rest = i;\n";
  for (size_t k = names.size(); k-- > 0;) {
    code += fmt::format("const Index {0} = rest % {1}; rest /= {1};\n", names[k],
                        std::max<int64_t>(shape[static_cast<int>(k)], 1));
  }
  return code;
}

std::string Place(const Shape& shape, const std::vector<std::string>& names) {
  std::string at = names[0];
  for (size_t k = 1; k < names.size(); ++k) {
    at = fmt::format("({} * {} + {})", at, shape[static_cast<int>(k)], names[k]);
  }
  return at;
}

// {first, prefix0, prefix1, ..., last}; without an empty first.
std::vector<std::string> Names(std::string first, std::string_view prefix, int count,
                               std::vector<std::string> last) {
  std::vector<std::string> names;
  if (!first.empty()) names.push_back(std::move(first));
  for (int k = 0; k < count; ++k) names.push_back(fmt::format("{}{}", prefix, k));
  names.insert(names.end(), last.begin(), last.end());
  return names;
}

std::unique_ptr<Kernel> MakeSum(const KernelRequest& request, const std::string& code) {
  const ir::Type& result = request.results[0];
  return MakeElementKernel(request, result.num_elements(),
                           fmt::format("Wide<{}> sum(0);\n{}", TypeName(result.dtype), code),
                           {fmt::format("Narrow<{}>::Of(sum)", TypeName(result.dtype))});
}

constexpr char kAdd[] = "sum = scalar::add(sum, scalar::multiply(Widen(x0[{}]), Widen(x1[{}])));\n";

// y at (n, c..., f): over the kernel's taps t and the group's inputs k.
std::unique_ptr<Kernel> MakeDirectConv(const KernelRequest& request) {
  const Conv v{request.attrs.As<ops::ConvAttrs>(), request.operands[0].shape,
               request.operands[1].shape, request.results[0].shape};
  const int n = v.num_axes();
  std::string open = Coordinates(v.y, Names("n", "c", n, {"f"})), close;
  for (int a = 0; a < n; ++a) {
    const auto axis = static_cast<size_t>(a);
    open += fmt::format(
        "for (Index t{0} = 0; t{0} < {1}; ++t{0}) {{\n"
        "const Index p{0} = c{0} * {2} + t{0} * {3} - {4}; if (p{0} < 0 || p{0} >= {5}) "
        "continue;\n",
        a, v.kernel[a], v.attrs.strides[axis], v.attrs.dilation[axis], v.attrs.padding_low[axis],
        v.x[a + 1]);
    close += "}\n";
  }
  open +=
      fmt::format("for (Index k = 0; k < {0}; ++k) {{ const Index channel = f / {1} * {0} + k;\n",
                  v.inputs(), std::max<int64_t>(v.outputs(), 1));
  const std::string add = fmt::format(kAdd, Place(v.x, Names("n", "p", n, {"channel"})),
                                      Place(v.kernel, Names("", "t", n, {"k", "f"})));
  return MakeSum(request, open + add + "}\n" + close);
}

// x at (n, c..., channel): over the taps and outputs that read it. Operands: dy, kernel.
std::unique_ptr<Kernel> MakeDirectInputGradient(const KernelRequest& request) {
  const Conv v{request.attrs.As<ops::ConvGradientAttrs>().conv, request.results[0].shape,
               request.operands[1].shape, request.operands[0].shape};
  const int n = v.num_axes();
  std::string open = Coordinates(v.x, Names("n", "c", n, {"channel"})), close;
  open += fmt::format("const Index k = channel % {0}, group = channel / {0};\n",
                      std::max<int64_t>(v.inputs(), 1));
  for (int a = 0; a < n; ++a) {
    const auto axis = static_cast<size_t>(a);
    open += fmt::format(
        "for (Index t{0} = 0; t{0} < {1}; ++t{0}) {{\n"
        "const Index s{0} = c{0} + {4} - t{0} * {3}; const Index p{0} = s{0} / {2};\n"
        "if (s{0} < 0 || p{0} * {2} != s{0} || p{0} >= {5}) continue;\n",
        a, v.kernel[a], v.attrs.strides[axis], v.attrs.dilation[axis], v.attrs.padding_low[axis],
        v.y[a + 1]);
    close += "}\n";
  }
  open += fmt::format("for (Index g = 0; g < {0}; ++g) {{ const Index f = group * {0} + g;\n",
                      v.outputs());
  const std::string add = fmt::format(kAdd, Place(v.y, Names("n", "p", n, {"f"})),
                                      Place(v.kernel, Names("", "t", n, {"k", "f"})));
  return MakeSum(request, open + add + "}\n" + close);
}

// The kernel at (t..., k, f): over the batch and the pixels of y. Operands: x, dy.
std::unique_ptr<Kernel> MakeDirectKernelGradient(const KernelRequest& request) {
  const Conv v{request.attrs.As<ops::ConvGradientAttrs>().conv, request.operands[0].shape,
               request.results[0].shape, request.operands[1].shape};
  const int n = v.num_axes();
  std::string open = Coordinates(v.kernel, Names("", "t", n, {"k", "f"})), close = "}\n";
  open +=
      fmt::format("const Index channel = f / {1} * {0} + k;\nfor (Index n = 0; n < {2}; ++n) {{\n",
                  v.inputs(), std::max<int64_t>(v.outputs(), 1), v.x[0]);
  for (int a = 0; a < n; ++a) {
    const auto axis = static_cast<size_t>(a);
    open += fmt::format(
        "for (Index c{0} = 0; c{0} < {1}; ++c{0}) {{\n"
        "const Index p{0} = c{0} * {2} + t{0} * {3} - {4}; if (p{0} < 0 || p{0} >= {5}) "
        "continue;\n",
        a, v.y[a + 1], v.attrs.strides[axis], v.attrs.dilation[axis], v.attrs.padding_low[axis],
        v.x[a + 1]);
    close += "}\n";
  }
  const std::string add = fmt::format(kAdd, Place(v.x, Names("n", "p", n, {"channel"})),
                                      Place(v.y, Names("n", "c", n, {"f"})));
  return MakeSum(request, open + add + close);
}

}  // namespace

void RegisterDirectConvCuda(KernelRegistry& registry) {
  registry.Add(ops::kConv, MakeDirectConv);
  registry.Add(ops::kConvInputGradient, MakeDirectInputGradient);
  registry.Add(ops::kConvKernelGradient, MakeDirectKernelGradient);
}

}  // namespace tricorn::backend::cuda
