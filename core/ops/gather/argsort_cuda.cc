#include <algorithm>

#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/sort_code.h"
#include "core/base/status.h"
#include "core/ops/gather/gather.h"

namespace tricorn::backend::cuda {
namespace {

std::unique_ptr<Kernel> MakeArgsort(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::SortAttrs>();
  const Rows rows = RowsAlong(request.operands[0].shape, attrs.axis);
  const std::string start = fmt::format("row / {0} * {1} + row % {0}",
                                        std::max<int64_t>(rows.inner, 1), rows.length * rows.inner);
  const SortPlan plan{
      .rows = rows.outer * rows.inner,
      .length = rows.length,
      .key = fmt::format("{}SortKey(Widen(x0[{} + k * {}]))", attrs.descending ? "~" : "", start,
                         rows.inner),
      .result = fmt::format("y0[{} + rank * {}] = i32(place);\n", start, rows.inner)};
  return std::make_unique<GeneratedKernel>(request, SortStages(plan), SortWorkspaceNbytes(plan));
}

}  // namespace

void RegisterArgsortCuda(KernelRegistry& registry) { registry.Add(ops::kArgsort, MakeArgsort); }

}  // namespace tricorn::backend::cuda
