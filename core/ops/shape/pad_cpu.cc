#include <cstring>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/strided_copy.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cpu {
namespace {

// Result elements that copies of `value` fill, then x at its place with gaps between neighbours. A
// negative low or high cuts x.
std::unique_ptr<Kernel> MakePad(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::PadAttrs>();
  const ir::Type& x = request.operands[0];
  const ir::Type& y = request.results[0];
  const int64_t element_nbytes = SizeOf(y.dtype);
  const std::vector<int64_t> from_strides = x.shape.Strides();
  std::vector<int64_t> to_strides = y.shape.Strides();
  Shape kept = x.shape;
  int64_t from_first = 0;
  int64_t to_first = 0;
  for (int k = 0; k < x.rank(); ++k) {
    const auto axis = static_cast<size_t>(k);
    const int64_t step = attrs.interior[axis] + 1;
    // Element i lands at low + i * step; those within [0, length of y) are kept.
    const int64_t begin = attrs.low[axis] >= 0 ? 0 : (-attrs.low[axis] + step - 1) / step;
    const int64_t room = y.shape[k] - 1 - attrs.low[axis];
    const int64_t end = room < 0 ? 0 : std::min(x.shape[k], room / step + 1);
    kept[k] = std::max<int64_t>(end - begin, 0);
    from_first += begin * from_strides[axis];
    to_first += (attrs.low[axis] + begin * step) * to_strides[axis];
    to_strides[axis] *= step;
  }
  const StridedCopy fill(Shape{y.num_elements()}, {0}, element_nbytes);
  const StridedCopy copy(kept, from_strides, to_strides, element_nbytes);
  const bool is_empty = kept.num_elements() == 0;
  return MakeKernel([=, num_threads = request.num_threads](const KernelArgs& args) {
    fill.Run(args.operands[1], args.results[0], num_threads);
    if (is_empty) return;
    copy.Run(args.operands[0] + from_first * element_nbytes,
             args.results[0] + to_first * element_nbytes, num_threads);
  });
}

}  // namespace

void RegisterPadCpu(KernelRegistry& registry) { registry.Add(ops::kPad, MakePad); }

}  // namespace tricorn::backend::cpu
