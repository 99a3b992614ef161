#include <algorithm>
#include <array>

#include "core/backend/cuda/dnn_plan.h"
#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/generated_kernel.h"
#include "core/backend/cuda/index_code.h"
#include "core/base/status.h"
#include "core/ops/conv/conv.h"

// Convolutions through cuDNN. It wants a kernel as (out, spatial..., in), ours is (spatial..., in,
// out): a copy in that order lies in the workspace.

namespace tricorn::backend::cuda {
namespace {

enum Id : int64_t { kX = 1, kKernel = 2, kY = 3 };

// What differs between a convolution and its two gradients: the descriptor and its attributes.
struct OperationNames {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t x, kernel, y, convolution, alpha, beta;
};

constexpr OperationNames kForward = {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
constexpr OperationNames kInputGradientNames = {
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
constexpr OperationNames kKernelGradientNames = {
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};

// (batch, spatial..., channels) as cuDNN's (batch, channels, spatial...) with two spatial axes at
// least.
DnnTensor ImageTensor(Id id, DType dtype, const Shape& shape) {
  DnnTensor tensor{id, dtype, {shape[0], shape[shape.rank() - 1]}};
  for (int k = 1; k < shape.rank() - 1; ++k) tensor.dims.push_back(shape[k]);
  if (shape.rank() == 3) tensor.dims.push_back(1);
  return tensor;
}

// (spatial..., in, out) as cuDNN's (out, in, spatial...).
DnnTensor KernelTensor(DType dtype, const Shape& shape) {
  const int n = shape.rank() - 2;
  DnnTensor tensor{kKernel, dtype, {shape[n + 1], shape[n]}};
  for (int k = 0; k < n; ++k) tensor.dims.push_back(shape[k]);
  if (n == 1) tensor.dims.push_back(1);
  return tensor;
}

absl::StatusOr<DnnDescriptor> MakeConvolution(const ops::ConvAttrs& attrs, DType dtype) {
  ASSIGN_OR_RETURN(DnnDescriptor convolution,
                   DnnDescriptor::Create(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR));
  const cudnnDataType_t compute = dtype == DType::kF64 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT;
  const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  const auto padded = [&](std::vector<int64_t> values, int64_t last) {
    if (values.size() == 1) values.push_back(last);
    return values;
  };
  const std::vector<int64_t> low = padded(attrs.padding_low, 0);
  RETURN_IF_ERROR(
      convolution.Set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &compute));
  RETURN_IF_ERROR(
      convolution.Set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode));
  RETURN_IF_ERROR(
      convolution.SetInts(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {static_cast<int64_t>(low.size())}));
  RETURN_IF_ERROR(convolution.SetInts(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, low));
  RETURN_IF_ERROR(
      convolution.SetInts(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, padded(attrs.padding_high, 0)));
  RETURN_IF_ERROR(
      convolution.SetInts(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, padded(attrs.strides, 1)));
  RETURN_IF_ERROR(convolution.SetInts(CUDNN_ATTR_CONVOLUTION_DILATIONS, padded(attrs.dilation, 1)));
  RETURN_IF_ERROR(convolution.Finalize());
  return convolution;
}

absl::StatusOr<std::unique_ptr<DnnPlan>> MakePlan(const KernelRequest& request,
                                                  const OperationNames& names,
                                                  const ops::ConvAttrs& attrs, const Shape& x,
                                                  const Shape& kernel, const Shape& y) {
  const DType dtype = request.results[0].dtype;
  ASSIGN_OR_RETURN(const DnnDescriptor x_tensor, MakeChannelsLast(ImageTensor(kX, dtype, x)));
  ASSIGN_OR_RETURN(const DnnDescriptor w_tensor, MakeChannelsLast(KernelTensor(dtype, kernel)));
  ASSIGN_OR_RETURN(const DnnDescriptor y_tensor, MakeChannelsLast(ImageTensor(kY, dtype, y)));
  ASSIGN_OR_RETURN(const DnnDescriptor convolution, MakeConvolution(attrs, dtype));
  ASSIGN_OR_RETURN(DnnDescriptor operation, DnnDescriptor::Create(names.type));
  RETURN_IF_ERROR(operation.SetDescriptor(names.x, x_tensor));
  RETURN_IF_ERROR(operation.SetDescriptor(names.kernel, w_tensor));
  RETURN_IF_ERROR(operation.SetDescriptor(names.y, y_tensor));
  RETURN_IF_ERROR(operation.SetDescriptor(names.convolution, convolution));
  const double one = 1, zero = 0;
  const float one_float = 1, zero_float = 0;
  const bool is_double = dtype == DType::kF64;
  const auto type = is_double ? CUDNN_TYPE_DOUBLE : CUDNN_TYPE_FLOAT;
  RETURN_IF_ERROR(
      operation.Set(names.alpha, type, 1, is_double ? static_cast<const void*>(&one) : &one_float));
  RETURN_IF_ERROR(operation.Set(names.beta, type, 1,
                                is_double ? static_cast<const void*>(&zero) : &zero_float));
  RETURN_IF_ERROR(operation.Finalize());
  return DnnPlan::Create(request.libraries, dtype, std::move(operation),
                         {.allow_tf32 = request.allow_tf32});
}

// The kernel from our order to cuDNN's, or back.
std::unique_ptr<Kernel> MakeReorder(const KernelRequest& request, const ir::Type& ours,
                                    bool to_dnn) {
  const int n = ours.shape.rank();
  std::vector<int64_t> lengths = {ours.shape[n - 1]};
  for (int k = 0; k < n - 1; ++k) lengths.push_back(ours.shape[k]);
  const ir::Type theirs{ours.dtype, Shape(lengths)};
  const ir::Type& from = to_dnn ? ours : theirs;
  const ir::Type& to = to_dnn ? theirs : ours;
  // Axis k of `to` is axis perm[k] of `from`.
  const std::vector<int64_t> from_strides = from.shape.Strides();
  std::vector<int64_t> strides;
  for (int k = 0; k < n; ++k) {
    const int axis = to_dnn ? (k == 0 ? n - 1 : k - 1) : (k == n - 1 ? 0 : k + 1);
    strides.push_back(from_strides[static_cast<size_t>(axis)]);
  }
  const KernelRequest reorder{.op = request.op,
                              .attrs = request.attrs,
                              .operands = {&from, 1},
                              .results = {&to, 1},
                              .regions = {},
                              .module = request.module,
                              .libraries = request.libraries,
                              .allow_tf32 = request.allow_tf32};
  return MakeElementKernel(reorder, to.num_elements(),
                           IndexCode(to.shape, {strides}).Code("i", {"at"}), {"x0[at]"});
}

int64_t Aligned(int64_t nbytes) { return (nbytes + 255) / 256 * 256; }

class DnnConvolution : public Kernel {
 public:
  // `roles`: which of x, kernel and y the first operand, the second, and the result are.
  DnnConvolution(std::unique_ptr<DnnPlan> plan, std::unique_ptr<Kernel> reorder,
                 int64_t kernel_nbytes, std::array<Id, 3> roles)
      : plan_(std::move(plan)),
        reorder_(std::move(reorder)),
        kernel_nbytes_(Aligned(kernel_nbytes)),
        roles_(roles) {}

  int64_t workspace_nbytes() const override { return kernel_nbytes_ + plan_->workspace_nbytes(); }

  absl::Status Enqueue(const KernelArgs& args) const override {
    std::byte* const kernel = args.workspace;
    std::array<std::byte*, 3> addresses = {args.operands[0], args.operands[1], args.results[0]};
    std::byte* ours = nullptr;
    for (size_t i = 0; i < 3; ++i) {
      if (roles_[i] == kKernel) ours = std::exchange(addresses[i], kernel);
    }
    const bool kernel_is_result = roles_[2] == kKernel;
    if (!kernel_is_result) RETURN_IF_ERROR(Reorder(args, ours, kernel));
    RETURN_IF_ERROR(plan_->Enqueue({roles_[0], roles_[1], roles_[2]},
                                   {addresses[0], addresses[1], addresses[2]},
                                   args.workspace + kernel_nbytes_, args.stream));
    return kernel_is_result ? Reorder(args, kernel, ours) : absl::OkStatus();
  }

 private:
  absl::Status Reorder(const KernelArgs& args, std::byte* from, std::byte* to) const {
    return reorder_->Enqueue({.operands = {&from, 1},
                              .results = {&to, 1},
                              .workspace = nullptr,
                              .stream = args.stream,
                              .context = args.context});
  }

  const std::unique_ptr<DnnPlan> plan_;
  const std::unique_ptr<Kernel> reorder_;
  const int64_t kernel_nbytes_;
  const std::array<Id, 3> roles_;
};

// What cuDNN's engines are for: floating, one to three spatial axes, something to compute.
bool IsForDnn(const KernelRequest& request) {
  const ir::Type& result = request.results[0];
  bool is_empty = result.num_elements() == 0;
  for (const ir::Type& type : request.operands) is_empty |= type.num_elements() == 0;
  return IsFloating(result.dtype) && !is_empty && request.operands[0].rank() <= 5;
}

std::unique_ptr<Kernel> Make(const KernelRequest& request, const OperationNames& names,
                             const ops::ConvAttrs& attrs, const ir::Type& x, const ir::Type& kernel,
                             const ir::Type& y, std::array<Id, 3> roles) {
  if (!IsForDnn(request)) return nullptr;
  auto plan = MakePlan(request, names, attrs, x.shape, kernel.shape, y.shape);
  if (!plan.ok()) return nullptr;
  return std::make_unique<DnnConvolution>(
      *std::move(plan), MakeReorder(request, kernel, roles[2] != kKernel), kernel.nbytes(), roles);
}

std::unique_ptr<Kernel> MakeConv(const KernelRequest& r) {
  return Make(r, kForward, r.attrs.As<ops::ConvAttrs>(), r.operands[0], r.operands[1], r.results[0],
              {kX, kKernel, kY});
}

std::unique_ptr<Kernel> MakeInputGradient(const KernelRequest& r) {
  return Make(r, kInputGradientNames, r.attrs.As<ops::ConvGradientAttrs>().conv, r.results[0],
              r.operands[1], r.operands[0], {kY, kKernel, kX});
}

std::unique_ptr<Kernel> MakeKernelGradient(const KernelRequest& r) {
  return Make(r, kKernelGradientNames, r.attrs.As<ops::ConvGradientAttrs>().conv, r.operands[0],
              r.results[0], r.operands[1], {kX, kY, kKernel});
}

}  // namespace

void RegisterConvCuda(KernelRegistry& registry) {
  registry.Add(ops::kConv, MakeConv);
  registry.Add(ops::kConvInputGradient, MakeInputGradient);
  registry.Add(ops::kConvKernelGradient, MakeKernelGradient);
}

}  // namespace tricorn::backend::cuda
