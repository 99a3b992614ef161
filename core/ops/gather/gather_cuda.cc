#include "core/ops/gather/gather.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

std::string Missing(DType dtype) {
  if (!IsFloating(dtype)) return fmt::format("{}(0)", TypeName(dtype));
  const std::string nan = dtype == DType::kF64 ? "__longlong_as_double(0x7ff8000000000000ll)"
                                               : "__uint_as_float(0x7fc00000u)";
  return fmt::format("Narrow<{}>::Of({})", TypeName(dtype), nan);
}

// Neighbouring elements of what is taken lie together: 16 bytes a thread, where rows are of such
// length.
std::unique_ptr<Kernel> MakeTake(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, request.attrs.As<ops::TakeAttrs>().axis);
  const int64_t inner = std::max<int64_t>(rows.inner, 1);
  const int64_t taken = request.operands[1].num_elements();
  int64_t width = 16 / SizeOf(x.dtype);
  while (inner % width != 0) width /= 2;
  VectorCode code;
  code.loads = fmt::format(
      "const Index outer = first / {slab}; const Index within = first - outer * {slab};\n"
      "const Index t = within / {inner};\nconst auto index = x1[t];\n"
      "const bool inside = index >= 0 && index < {length};\n"
      "const Index from = (outer * {length} + Index(inside ? index : 0)) * {inner} + within - t * "
      "{inner};\n",
      fmt::arg("slab", std::max<int64_t>(taken * rows.inner, 1)), fmt::arg("inner", inner),
      fmt::arg("length", rows.length));
  if (rows.length == 0) {
    code.elements = {Missing(x.dtype)};
  } else {
    code.loads += fmt::format("const auto row = Load<{}>(x0 + from, left);\n", width);
    code.elements = {fmt::format("inside ? row.at[u] : {}", Missing(x.dtype))};
  }
  return MakeVectorKernel(request, request.results[0].num_elements(), static_cast<int>(width), code,
                          {});
}

}  // namespace

void RegisterGatherCuda(KernelRegistry& registry) { registry.Add(ops::kTake, MakeTake); }

}  // namespace tricorn::backend::cuda
