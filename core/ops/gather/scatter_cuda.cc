#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/sorted_folds.h"
#include "core/base/status.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::backend::cuda {
namespace {

// Each result element adds the updates meant for it, in their order. Reads every index for every
// row, so it is for small numbers of either.
std::unique_ptr<Kernel> MakeByElement(const KernelRequest& request) {
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

std::unique_ptr<Kernel> MakeScatterAdd(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, request.attrs.As<ops::TakeAttrs>().axis);
  const SortedFolds folds{.fold = FoldOf(ops::kSum, x.dtype),
                          .length = rows.length,
                          .inner = rows.inner,
                          .count = request.operands[1].num_elements(),
                          .indices = "x1",
                          .updates = "x2",
                          .base = "x0"};
  auto sorted = rows.outer == 1 ? MakeSortedFolds(request, folds) : nullptr;
  return sorted ? std::move(sorted) : MakeByElement(request);
}

std::unique_ptr<Kernel> MakeTakeGradient(const KernelRequest& request) {
  const ir::Type& y = request.results[0];
  const Rows rows = RowsAlong(y.shape, request.attrs.As<ops::TakeGradientAttrs>().axis);
  if (rows.outer != 1) return nullptr;
  return MakeSortedFolds(request, {.fold = FoldOf(ops::kSum, y.dtype),
                                   .length = rows.length,
                                   .inner = rows.inner,
                                   .count = request.operands[0].num_elements(),
                                   .indices = "x0",
                                   .updates = "x1",
                                   .base = ""});
}

}  // namespace

void RegisterScatterCuda(KernelRegistry& registry) {
  registry.Add(ops::kScatterAdd, MakeScatterAdd);
  registry.Add(ops::kTakeGradient, MakeTakeGradient);
}

}  // namespace tricorn::backend::cuda
