#include "core/ops/shape/shape.h"

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"

// Shape ops as gathers: each element of the result finds the one it comes from.

namespace tricorn::backend::cuda {
namespace {

// y[i] = x0[first + i along `strides`].
std::unique_ptr<Kernel> MakeStrided(const KernelRequest& request, std::vector<int64_t> strides,
                                    int64_t first) {
  const ir::Type& y = request.results[0];
  const IndexCode index(y.shape, {std::move(strides)});
  return MakeElementKernel(request, y.num_elements(), index.Code("i", {"at"}),
                           {fmt::format("x0[{} + at]", first)});
}

std::unique_ptr<Kernel> MakeTranspose(const KernelRequest& request) {
  const std::vector<int64_t> from = request.operands[0].shape.Strides();
  std::vector<int64_t> strides;
  for (const int64_t axis : request.attrs.As<ops::TransposeAttrs>().perm) {
    strides.push_back(from[static_cast<size_t>(axis)]);
  }
  return MakeStrided(request, std::move(strides), 0);
}

std::unique_ptr<Kernel> MakeBroadcast(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::BroadcastAttrs>();
  const Shape& from = request.operands[0].shape;
  const std::vector<int64_t> from_strides = from.Strides();
  std::vector<int64_t> strides(static_cast<size_t>(attrs.shape.rank()), 0);
  for (size_t k = 0; k < attrs.axes.size(); ++k) {
    if (from[static_cast<int>(k)] == 1) continue;
    strides[static_cast<size_t>(attrs.axes[k])] = from_strides[k];
  }
  return MakeStrided(request, std::move(strides), 0);
}

std::unique_ptr<Kernel> MakeSlice(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::SliceAttrs>();
  std::vector<int64_t> strides = request.operands[0].shape.Strides();
  int64_t first = 0;
  for (size_t k = 0; k < strides.size(); ++k) {
    first += attrs.start[k] * strides[k];
    strides[k] *= attrs.stride[k];
  }
  return MakeStrided(request, std::move(strides), first);
}

std::unique_ptr<Kernel> MakeReverse(const KernelRequest& request) {
  const Shape& shape = request.operands[0].shape;
  std::vector<int64_t> strides = shape.Strides();
  int64_t first = 0;
  for (const int64_t axis : request.attrs.As<ops::ReverseAttrs>().axes) {
    int64_t& stride = strides[static_cast<size_t>(axis)];
    first += (shape[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  return MakeStrided(request, std::move(strides), first);
}

// Statements that define `c0`, `c1`, ...: the coordinates of element `i` of `shape`.
std::string Coordinates(const Shape& shape) {
  std::string code = "Index rest = i;\n";
  for (int k = shape.rank(); k-- > 0;) {
    code += fmt::format("const Index c{0} = rest % {1}; rest /= {1};\n", k,
                        std::max<int64_t>(shape[k], 1));
  }
  return code;
}

std::unique_ptr<Kernel> MakePad(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::PadAttrs>();
  const ir::Type& x = request.operands[0];
  const ir::Type& y = request.results[0];
  const std::vector<int64_t> strides = x.shape.Strides();
  std::string code = Coordinates(y.shape) + "bool inside = true; Index at = 0;\n";
  for (int k = 0; k < x.rank(); ++k) {
    const auto axis = static_cast<size_t>(k);
    code += fmt::format(
        "{{ const Index d = c{0} - ({1}); const Index q = d / {2};\n"
        "inside = inside && d >= 0 && q * {2} == d && q < {3}; at += q * {4}; }}\n",
        k, attrs.low[axis], attrs.interior[axis] + 1, x.shape[k], strides[axis]);
  }
  return MakeElementKernel(request, y.num_elements(), code, {"inside ? x0[at] : x1[0]"});
}

std::unique_ptr<Kernel> MakeConcatenate(const KernelRequest& request) {
  const auto axis = static_cast<int>(request.attrs.As<ops::ConcatenateAttrs>().axis);
  const ir::Type& y = request.results[0];
  int64_t inner = 1;
  for (int k = axis + 1; k < y.rank(); ++k) inner *= y.shape[k];
  const std::string_view type = TypeName(y.dtype);
  std::string code = fmt::format(
      "const Index outer = i / {0}; const Index within = i - outer * {0};\nconst {1}* from = x0;\n"
      "Index at = 0;\n",
      std::max<int64_t>(y.shape[axis] * inner, 1), type);
  int64_t first = 0;
  for (size_t p = 0; p < request.operands.size(); ++p) {
    const int64_t length = request.operands[p].shape[axis] * inner;
    code += fmt::format("{}if (within < {}) {{ from = x{}; at = outer * {} + within - {}; }}\n",
                        p == 0 ? "" : "else ", first + length, p, length, first);
    first += length;
  }
  return MakeElementKernel(request, y.num_elements(), code, {"from[at]"});
}

std::unique_ptr<Kernel> MakeIota(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::IotaAttrs>();
  int64_t inner = 1;
  for (int k = static_cast<int>(attrs.axis) + 1; k < attrs.shape.rank(); ++k)
    inner *= attrs.shape[k];
  const int64_t length = std::max<int64_t>(attrs.shape[static_cast<int>(attrs.axis)], 1);
  return MakeElementKernel(
      request, attrs.shape.num_elements(), "",
      {fmt::format("Narrow<{0}>::Of(Wide<{0}>(i / {1} % {2}))", TypeName(attrs.dtype),
                   std::max<int64_t>(inner, 1), length)});
}

}  // namespace

void RegisterShapeCuda(KernelRegistry& registry) {
  registry.Add(ops::kTranspose, MakeTranspose);
  registry.Add(ops::kBroadcast, MakeBroadcast);
  registry.Add(ops::kSlice, MakeSlice);
  registry.Add(ops::kReverse, MakeReverse);
  registry.Add(ops::kPad, MakePad);
  registry.Add(ops::kConcatenate, MakeConcatenate);
  registry.Add(ops::kIota, MakeIota);
}

}  // namespace tricorn::backend::cuda
