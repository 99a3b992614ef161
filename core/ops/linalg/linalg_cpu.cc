#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/backend/lapack/matrix_op.h"

namespace tricorn::backend::cpu {
namespace {

std::unique_ptr<Kernel> Make(const KernelRequest& request) {
  auto op = lapack::MakeMatrixOp({request.op, request.attrs, request.operands, request.results});
  if (!op) return nullptr;
  return MakeKernel(
      [op = *std::move(op), num_threads = request.num_threads](const KernelArgs& args) {
        ParallelFor(num_threads, op.batch, 1, [&](int64_t begin, int64_t end) {
          op.compute(args.operands, args.results, begin, end);
        });
      });
}

}  // namespace

void RegisterLinalgCpu(KernelRegistry& registry) {
  for (const ir::OpDef* op : lapack::MatrixOps()) registry.Add(*op, Make);
}

}  // namespace tricorn::backend::cpu
