#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/strided_copy.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cpu {
namespace {

std::unique_ptr<Kernel> MakeConcatenate(const KernelRequest& request) {
  const auto axis = static_cast<int>(request.attrs.As<ops::ConcatenateAttrs>().axis);
  const ir::Type& y = request.results[0];
  const std::vector<int64_t> to_strides = y.shape.Strides();
  const int64_t element_nbytes = SizeOf(y.dtype);
  struct Part {
    StridedCopy copy;
    int64_t first_byte;
  };
  std::vector<Part> parts;
  int64_t at = 0;
  for (const ir::Type& x : request.operands) {
    parts.push_back({StridedCopy(x.shape, x.shape.Strides(), to_strides, element_nbytes),
                     at * to_strides[static_cast<size_t>(axis)] * element_nbytes});
    at += x.shape[axis];
  }
  return MakeKernel(
      [parts = std::move(parts), num_threads = request.num_threads](const KernelArgs& args) {
        for (size_t i = 0; i < parts.size(); ++i) {
          parts[i].copy.Run(args.operands[i], args.results[0] + parts[i].first_byte, num_threads);
        }
      });
}

}  // namespace

void RegisterConcatenateCpu(KernelRegistry& registry) {
  registry.Add(ops::kConcatenate, MakeConcatenate);
}

}  // namespace tricorn::backend::cpu
