#include "core/backend/cuda/kernel/host_kernel.h"
#include "core/backend/lapack/matrix_op.h"

// By LAPACK on the host: its vectors come out with the signs that they have on every other backend,
// and small matrices, which are what layers and regularizers decompose, are no work for a GPU.

namespace tricorn::backend::cuda {
namespace {

std::unique_ptr<Kernel> Make(const KernelRequest& request) {
  auto op = lapack::MakeMatrixOp({request.op, request.attrs, request.operands, request.results});
  if (!op) return nullptr;
  return MakeHostKernel(request, [op = *std::move(op)](std::span<const std::byte* const> operands,
                                                       std::span<std::byte* const> results) {
    op.compute(operands, results, 0, op.batch);
  });
}

}  // namespace

void RegisterLinalgCuda(KernelRegistry& registry) {
  for (const ir::OpDef* op : lapack::MatrixOps()) registry.Add(*op, Make);
}

}  // namespace tricorn::backend::cuda
