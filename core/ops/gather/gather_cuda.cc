#include "core/ops/gather/gather.h"

#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/generated_kernel.h"
#include "core/backend/cuda/index_code.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

std::string Missing(DType dtype) {
  if (!IsFloating(dtype)) return fmt::format("{}(0)", TypeName(dtype));
  const std::string nan = dtype == DType::kF64 ? "__longlong_as_double(0x7ff8000000000000ll)"
                                               : "__uint_as_float(0x7fc00000u)";
  return fmt::format("Narrow<{}>::Of({})", TypeName(dtype), nan);
}

std::unique_ptr<Kernel> MakeTake(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, request.attrs.As<ops::TakeAttrs>().axis);
  const int64_t taken = request.operands[1].num_elements();
  const std::string code = fmt::format(
      "const Index outer = i / {0}; const Index within = i - outer * {0};\n"
      "const Index t = within / {1};\nconst auto index = x1[t];\n"
      "const bool inside = index >= 0 && index < {2};\n"
      "const Index at = (outer * {2} + Index(inside ? index : 0)) * {1} + within - t * {1};\n",
      std::max<int64_t>(taken * rows.inner, 1), std::max<int64_t>(rows.inner, 1), rows.length);
  const std::string element =
      rows.length == 0 ? Missing(x.dtype) : fmt::format("inside ? x0[at] : {}", Missing(x.dtype));
  return MakeElementKernel(request, request.results[0].num_elements(), code, {element});
}

// Each result element adds the updates meant for it, in their order: the same bits every run. Reads
// every index for every row, so it is for small numbers of either.
std::unique_ptr<Kernel> MakeScatterAdd(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, request.attrs.As<ops::TakeAttrs>().axis);
  const int64_t taken = request.operands[1].num_elements();
  const std::string code = fmt::format(
      "const Index column = i % {inner}; const Index row = i / {inner} % {length};\n"
      "const Index outer = i / {slab};\n"
      "Wide<{type}> sum = Widen(x0[i]);\n"
      "for (Index t = 0; t < {taken}; ++t) {{\n"
      "if (x1[t] == row) sum = scalar::add(sum, Widen(x2[(outer * {taken} + t) * {inner} + "
      "column]));"
      "\n}}\n",
      fmt::arg("inner", std::max<int64_t>(rows.inner, 1)),
      fmt::arg("length", std::max<int64_t>(rows.length, 1)),
      fmt::arg("slab", std::max<int64_t>(rows.length * rows.inner, 1)), fmt::arg("taken", taken),
      fmt::arg("type", TypeName(x.dtype)));
  return MakeElementKernel(request, x.num_elements(), code,
                           {fmt::format("Narrow<{}>::Of(sum)", TypeName(x.dtype))});
}

// An element's place is the number of elements of its row that come before it.
std::unique_ptr<Kernel> MakeArgsort(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::SortAttrs>();
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, attrs.axis);
  const int64_t inner = std::max<int64_t>(rows.inner, 1);
  const int64_t slab = std::max<int64_t>(rows.length, 1) * inner;
  const std::string body = fmt::format(
      "typedef {index} Index;\n"
      "const Index i = Index(blockIdx.x) * 256 + threadIdx.x;\nif (i >= {count}) return;\n"
      "const Index own = i / {inner} % {length}; const Index start = i / {slab} * {slab} + i % "
      "{inner};\n"
      "const auto value = Widen(x0[i]);\nconst bool nan = value != value;\nIndex place = 0;\n"
      "for (Index k = 0; k < {length}; ++k) {{\n"
      "const auto other = Widen(x0[start + k * {inner}]);\nconst bool other_nan = other != other;\n"
      "const bool less = other < value || (nan && !other_nan);\n"
      "const bool greater = other > value || (!nan && other_nan);\n"
      "place += {first} || (!less && !greater && k < own);\n}}\n"
      "y0[start + place * {inner}] = own;\n",
      fmt::arg("index", IndexType(x.num_elements() + 256)), fmt::arg("count", x.num_elements()),
      fmt::arg("inner", inner), fmt::arg("length", std::max<int64_t>(rows.length, 1)),
      fmt::arg("slab", slab), fmt::arg("first", attrs.descending ? "greater" : "less"));
  return std::make_unique<GeneratedKernel>(
      request,
      std::vector<GeneratedKernel::Stage>{{body, {.blocks = (x.num_elements() + 255) / 256}}});
}

}  // namespace

void RegisterGatherCuda(KernelRegistry& registry) {
  registry.Add(ops::kTake, MakeTake);
  registry.Add(ops::kScatterAdd, MakeScatterAdd);
  registry.Add(ops::kArgsort, MakeArgsort);
}

}  // namespace tricorn::backend::cuda
