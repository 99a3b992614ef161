#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/sorted_folds.h"
#include "core/base/status.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::backend::cuda {
namespace {

// Each result element folds the data meant for it, in its order.
std::unique_ptr<Kernel> MakeByElement(const KernelRequest& request, const SortedFolds& folds) {
  const std::string code = fmt::format(
      "const Index column = i % {inner}; const Index row = i / {inner};\n"
      "Wide<{type}> value = {start};\n"
      "for (Index t = 0; t < {count}; ++t) {{\n"
      "if (x1[t] == row) value = {fold}::Of(value, Wide<{type}>(Widen(x0[i64(t) * {inner} + "
      "column])));\n}}\n",
      fmt::arg("inner", std::max<int64_t>(folds.inner, 1)),
      fmt::arg("type", TypeName(request.results[0].dtype)), fmt::arg("start", folds.fold.start),
      fmt::arg("count", folds.count), fmt::arg("fold", folds.fold.name));
  return MakeElementKernel(
      request, request.results[0].num_elements(), code,
      {fmt::format("Narrow<{}>::Of(value)", TypeName(request.results[0].dtype))});
}

template <const ir::OpDef* fold>
std::unique_ptr<Kernel> MakeSegments(const KernelRequest& request) {
  const ir::Type& data = request.operands[0];
  const Rows rows = RowsAlong(data.shape, 0);
  const SortedFolds folds{.fold = FoldOf(*fold, data.dtype),
                          .length = request.results[0].shape[0],
                          .inner = rows.inner,
                          .count = rows.length,
                          .indices = "x1",
                          .updates = "x0",
                          .base = ""};
  auto sorted = MakeSortedFolds(request, folds);
  return sorted ? std::move(sorted) : MakeByElement(request, folds);
}

}  // namespace

void RegisterSegmentCuda(KernelRegistry& registry) {
  registry.Add(ops::kSegmentMax, MakeSegments<&ops::kMax>);
  registry.Add(ops::kSegmentMin, MakeSegments<&ops::kMin>);
  registry.Add(ops::kSegmentProd, MakeSegments<&ops::kProd>);
}

}  // namespace tricorn::backend::cuda
