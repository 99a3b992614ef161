#include <algorithm>
#include <array>

#include "core/backend/cuda/dnn/dnn_conv.h"
#include "core/backend/cuda/dnn/dnn_plan.h"
#include "core/backend/cuda/dnn/folded_conv.h"
#include "core/base/status.h"
#include "core/ops/conv/conv.h"

// Convolutions through cuDNN. It wants a kernel as (out, spatial..., in), ours is (spatial..., in,
// out): a copy in that order lies in the workspace. So does one of x where it has few channels.

namespace tricorn::backend::cuda {
namespace {

enum Id : int64_t { kX = 1, kKernel = 2, kY = 3 };

absl::StatusOr<std::shared_ptr<const DnnPlan>> MakePlan(const KernelRequest& request,
                                                        DnnConvKind kind,
                                                        const ops::ConvAttrs& attrs, const Shape& x,
                                                        const Shape& kernel, const Shape& y) {
  const DType dtype = request.results[0].dtype;
  DnnGraph graph;
  const DnnTensor x_tensor = DnnImage(graph, kX, dtype, x);
  const DnnTensor kernel_tensor = DnnKernel(graph, kKernel, dtype, kernel);
  const DnnTensor y_tensor = DnnImage(graph, kY, dtype, y);
  AddDnnConv(graph, kind, attrs, dtype, x_tensor, kernel_tensor, y_tensor);
  return DnnPlan::Create(
      request.libraries, std::move(graph),
      {.allow_tensor_cores = dtype != DType::kF32 || request.allow_tf32, .measure = true});
}

int64_t Aligned(int64_t nbytes) { return (nbytes + 255) / 256 * 256; }

// What a convolution is made of besides the plan: which of x, kernel and y the first operand, the
// second, and the result are; the copies that the plan reads or writes instead.
struct Parts {
  std::array<Id, 3> roles;
  std::unique_ptr<Kernel> reorder;
  int64_t kernel_nbytes = 0;
  std::unique_ptr<Kernel> copy_of_x = nullptr;  // none where x is read as it is
  int64_t x_nbytes = 0;
};

class DnnConvolution : public Kernel {
 public:
  DnnConvolution(std::shared_ptr<const DnnPlan> plan, Parts parts)
      : plan_(std::move(plan)), parts_(std::move(parts)) {}

  // The kernel, x, the plan's.
  int64_t workspace_nbytes() const override {
    return Aligned(parts_.kernel_nbytes) + Aligned(parts_.x_nbytes) + plan_->workspace_nbytes();
  }

  absl::Status Enqueue(const KernelArgs& args) const override {
    std::byte* const kernel = args.workspace;
    std::byte* const x = kernel + Aligned(parts_.kernel_nbytes);
    std::byte* const rest = x + Aligned(parts_.x_nbytes);
    const std::array<std::byte*, 3> given = {args.operands[0], args.operands[1], args.results[0]};
    DnnPlan::Addresses addresses;
    for (size_t i = 0; i < 3; ++i) {
      const Id role = parts_.roles[i];
      const bool is_copied = role == kX && parts_.copy_of_x != nullptr;
      if (is_copied) RETURN_IF_ERROR(Copy(*parts_.copy_of_x, args, given[i], x));
      if (role == kKernel && i < 2) {
        RETURN_IF_ERROR(Copy(*parts_.reorder, args, given[i], kernel));
      }
      addresses.emplace_back(role, role == kKernel ? kernel : is_copied ? x : given[i]);
    }
    RETURN_IF_ERROR(plan_->Enqueue(addresses, rest, args.stream));
    if (parts_.roles[2] != kKernel) return absl::OkStatus();
    return Copy(*parts_.reorder, args, kernel, given[2]);
  }

 private:
  static absl::Status Copy(const Kernel& kernel, const KernelArgs& args, std::byte* from,
                           std::byte* to) {
    return kernel.Enqueue({.operands = {&from, 1},
                           .results = {&to, 1},
                           .workspace = nullptr,
                           .stream = args.stream,
                           .context = args.context});
  }

  const std::shared_ptr<const DnnPlan> plan_;
  const Parts parts_;
};

// What cuDNN's engines are for: floating, one to three spatial axes, something to compute.
bool IsForDnn(const KernelRequest& request) {
  const ir::Type& result = request.results[0];
  bool is_empty = result.num_elements() == 0;
  for (const ir::Type& type : request.operands) is_empty |= type.num_elements() == 0;
  return IsFloating(result.dtype) && !is_empty && request.operands[0].rank() <= 5;
}

// nullptr when no engine takes it.
std::unique_ptr<Kernel> MakeFrom(const KernelRequest& request, DnnConvKind kind,
                                 const FoldedConv& conv, const ir::Type& x, const ir::Type& kernel,
                                 const ir::Type& y, std::array<Id, 3> roles) {
  auto plan = MakePlan(request, kind, conv.attrs(), conv.x(), conv.kernel(), y.shape);
  if (!plan.ok()) return nullptr;
  Parts parts{.roles = roles,
              .reorder = conv.MakeReorder(request, roles[2] != kKernel),
              .kernel_nbytes = conv.kernel().num_elements() * SizeOf(kernel.dtype)};
  if (conv.copies_x()) {
    parts.copy_of_x = conv.MakeCopyOfX(request);
    parts.x_nbytes = conv.x().num_elements() * SizeOf(x.dtype);
  }
  return std::make_unique<DnnConvolution>(*std::move(plan), std::move(parts));
}

std::unique_ptr<Kernel> Make(const KernelRequest& request, DnnConvKind kind,
                             const ops::ConvAttrs& attrs, const ir::Type& x, const ir::Type& kernel,
                             const ir::Type& y, std::array<Id, 3> roles) {
  if (!IsForDnn(request)) return nullptr;
  const bool on_matrix_units =
      x.dtype != DType::kF64 && (x.dtype != DType::kF32 || request.allow_tf32);
  // The gradient in x is as large as x.
  const FoldedConv folded(attrs, x, kernel.shape, y.shape, on_matrix_units && roles[2] != kX);
  std::unique_ptr<Kernel> made = MakeFrom(request, kind, folded, x, kernel, y, roles);
  if (made != nullptr || !folded.copies_x()) return made;
  const FoldedConv as_it_is(attrs, x, kernel.shape, y.shape, false);
  return MakeFrom(request, kind, as_it_is, x, kernel, y, roles);
}

std::unique_ptr<Kernel> MakeConv(const KernelRequest& r) {
  return Make(r, DnnConvKind::kForward, r.attrs.As<ops::ConvAttrs>(), r.operands[0], r.operands[1],
              r.results[0], {kX, kKernel, kY});
}

std::unique_ptr<Kernel> MakeInputGradient(const KernelRequest& r) {
  return Make(r, DnnConvKind::kInputGradient, r.attrs.As<ops::ConvGradientAttrs>().conv,
              r.results[0], r.operands[1], r.operands[0], {kY, kKernel, kX});
}

std::unique_ptr<Kernel> MakeKernelGradient(const KernelRequest& r) {
  return Make(r, DnnConvKind::kKernelGradient, r.attrs.As<ops::ConvGradientAttrs>().conv,
              r.operands[0], r.results[0], r.operands[1], {kX, kY, kKernel});
}

}  // namespace

void RegisterConvCuda(KernelRegistry& registry) {
  registry.Add(ops::kConv, MakeConv);
  registry.Add(ops::kConvInputGradient, MakeInputGradient);
  registry.Add(ops::kConvKernelGradient, MakeKernelGradient);
}

}  // namespace tricorn::backend::cuda
