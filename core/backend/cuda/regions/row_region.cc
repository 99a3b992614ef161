#include "core/backend/cuda/regions/row_region.h"

#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/regions/row_code.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/nn/nn.h"
#include "core/transform/fusion/fuse_rows.h"

namespace tricorn::backend::cuda {
namespace {

// Results that are whole arrays may take the place of operands that are; the others would lie over
// elements that somebody else reads.
class RowKernel : public GeneratedKernel {
 public:
  RowKernel(const KernelRequest& request, const RowCode& code, int64_t num_elements)
      : GeneratedKernel(request, code.stages(), code.workspace_nbytes(), code.ReadInPlace()) {
    for (const ir::Type& type : request.results) {
      is_whole_.push_back(type.num_elements() == num_elements);
    }
  }
  bool may_overwrite(size_t operand, size_t result) const override {
    return is_whole_[result] && GeneratedKernel::may_overwrite(operand, result);
  }

 private:
  std::vector<bool> is_whole_;  // by result
};

std::unique_ptr<Kernel> MakeRowKernel(const KernelRequest& request,
                                      const transform::FusedRowsAttrs& attrs,
                                      const ir::Graph& region) {
  RowCode code(attrs, region, request.is_aligned);
  if (!code.Write()) return nullptr;
  return std::make_unique<RowKernel>(request, code, attrs.shape.num_elements());
}

std::unique_ptr<Kernel> MakeFusedRows(const KernelRequest& request) {
  return MakeRowKernel(request, request.attrs.As<transform::FusedRowsAttrs>(), *request.regions[0]);
}

std::unique_ptr<Kernel> MakeComposite(const KernelRequest& request) {
  const auto opened = transform::OpenComposite(request.op, request.operands, request.attrs);
  return opened.ok() ? MakeRowKernel(request, opened->attrs, opened->region) : nullptr;
}

}  // namespace

void RegisterRowRegions(KernelRegistry& registry) {
  registry.Add(transform::kFusedRows, MakeFusedRows);
  for (const ir::OpDef* op : {&ops::kSoftmax, &ops::kLogSoftmax, &ops::kSoftmaxCrossEntropy,
                              &ops::kSparseSoftmaxCrossEntropy, &ops::kLayerNorm,
                              &ops::kLayerNormGradient, &ops::kRmsNorm, &ops::kRmsNormGradient}) {
    registry.Add(*op, MakeComposite);
  }
}

}  // namespace tricorn::backend::cuda
