#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/strided_copy.h"
#include "core/ops/shape/shape.h"

// The shape ops that are one strided copy: transpose, broadcast, slice and reverse.

namespace tricorn::backend::cpu {
namespace {

std::unique_ptr<Kernel> MakeCopy(const KernelRequest& request, std::vector<int64_t> strides,
                                 int64_t first_element) {
  const ir::Type& result = request.results[0];
  const int64_t element_nbytes = SizeOf(result.dtype);
  return MakeKernel([copy = StridedCopy(result.shape, strides, element_nbytes),
                     first_byte = first_element * element_nbytes,
                     num_threads = request.num_threads](const KernelArgs& args) {
    copy.Run(args.operands[0] + first_byte, args.results[0], num_threads);
  });
}

std::unique_ptr<Kernel> MakeTranspose(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::TransposeAttrs>();
  const std::vector<int64_t> from = request.operands[0].shape.Strides();
  std::vector<int64_t> strides;
  for (const int64_t axis : attrs.perm) strides.push_back(from[static_cast<size_t>(axis)]);
  return MakeCopy(request, std::move(strides), 0);
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
  return MakeCopy(request, std::move(strides), 0);
}

std::unique_ptr<Kernel> MakeSlice(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::SliceAttrs>();
  std::vector<int64_t> strides = request.operands[0].shape.Strides();
  int64_t first = 0;
  for (size_t k = 0; k < strides.size(); ++k) {
    first += attrs.start[k] * strides[k];
    strides[k] *= attrs.stride[k];
  }
  return MakeCopy(request, std::move(strides), first);
}

std::unique_ptr<Kernel> MakeReverse(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::ReverseAttrs>();
  const Shape& shape = request.operands[0].shape;
  std::vector<int64_t> strides = shape.Strides();
  int64_t first = 0;
  for (const int64_t axis : attrs.axes) {
    int64_t& stride = strides[static_cast<size_t>(axis)];
    first += (shape[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  return MakeCopy(request, std::move(strides), first);
}

}  // namespace

void RegisterStridedCpu(KernelRegistry& registry) {
  registry.Add(ops::kTranspose, MakeTranspose);
  registry.Add(ops::kBroadcast, MakeBroadcast);
  registry.Add(ops::kSlice, MakeSlice);
  registry.Add(ops::kReverse, MakeReverse);
}

}  // namespace tricorn::backend::cpu
