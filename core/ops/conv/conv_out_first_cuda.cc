#include "core/backend/cuda/dnn/dnn_conv.h"
#include "core/backend/cuda/dnn/dnn_plan.h"
#include "core/backend/cuda/kernel/kernel.h"
#include "core/base/status.h"
#include "core/ops/conv/conv_out_first.h"

// Convolutions through cuDNN whose kernels are in its order already. What follows them is left to
// fused nodes: an engine that is compiled for a bias and ReLU takes seconds to make and is two to
// four times as slow at batch 1 as a ready one and another kernel.

namespace tricorn::backend::cuda {
namespace {

enum Id : int64_t { kX = 1, kKernel, kY };

// (out, spatial..., in) as (spatial..., in, out).
Shape OutLast(const Shape& kernel) {
  std::vector<int64_t> dims(kernel.begin() + 1, kernel.end());
  dims.push_back(kernel[0]);
  return Shape(std::move(dims));
}

class DnnConvOutFirst : public Kernel {
 public:
  explicit DnnConvOutFirst(std::shared_ptr<const DnnPlan> plan) : plan_(std::move(plan)) {}

  int64_t workspace_nbytes() const override { return plan_->workspace_nbytes(); }
  absl::Status Enqueue(const KernelArgs& args) const override {
    return plan_->Enqueue(
        {{kX, args.operands[0]}, {kKernel, args.operands[1]}, {kY, args.results[0]}},
        args.workspace, args.stream);
  }

 private:
  const std::shared_ptr<const DnnPlan> plan_;
};

std::unique_ptr<Kernel> MakeConvOutFirst(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const ir::Type& kernel = request.operands[1];
  const ir::Type& y = request.results[0];
  if (!IsFloating(y.dtype) || x.rank() > 5 || y.num_elements() == 0 || x.num_elements() == 0) {
    return nullptr;
  }
  // Few channels are copied first, which conv_cuda.cc does.
  if (x.shape[x.rank() - 1] * SizeOf(x.dtype) % 16 != 0) return nullptr;
  DnnGraph graph;
  const DnnTensor x_tensor = DnnImage(graph, kX, x.dtype, x.shape);
  const DnnTensor kernel_tensor = DnnKernel(graph, kKernel, x.dtype, OutLast(kernel.shape));
  const DnnTensor y_tensor = DnnImage(graph, kY, x.dtype, y.shape);
  AddDnnConv(graph, DnnConvKind::kForward, request.attrs.As<ops::ConvAttrs>(), x.dtype, x_tensor,
             kernel_tensor, y_tensor);
  const auto plan = DnnPlan::Create(
      request.libraries, std::move(graph),
      {.allow_tensor_cores = x.dtype != DType::kF32 || request.allow_tf32, .measure = true});
  return plan.ok() ? std::make_unique<DnnConvOutFirst>(*plan) : nullptr;
}

}  // namespace

void RegisterConvOutFirstCuda(KernelRegistry& registry) {
  registry.Add(ops::kConvOutFirst, MakeConvOutFirst);
}

}  // namespace tricorn::backend::cuda
