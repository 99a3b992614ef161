#include "core/ops/conv/conv.h"

#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/loops/conv_loops.h"
#include "core/backend/cpu/onednn/onednn_conv.h"

namespace tricorn::backend::cpu {
namespace {

std::vector<int64_t> SpatialOf(const Shape& shape, int first) {
  return {shape.begin() + first, shape.begin() + first + shape.rank() - 2};
}

ConvSpec SpecOf(const ir::Type& x, const Shape& kernel, const Shape& y,
                const ops::ConvAttrs& attrs) {
  const int last = x.rank() - 1;
  return {.dtype = x.dtype,
          .batch = x.shape[0],
          .in_channels = x.shape[last],
          .out_channels = kernel[last],
          .groups = attrs.groups,
          .in = SpatialOf(x.shape, 1),
          .out = SpatialOf(y, 1),
          .window = SpatialOf(kernel, 0),
          .strides = attrs.strides,
          .padding_low = attrs.padding_low,
          .padding_high = attrs.padding_high,
          .dilation = attrs.dilation};
}

class ConvKernel : public Kernel {
 public:
  explicit ConvKernel(std::unique_ptr<OneDnnConv> conv) : conv_(std::move(conv)) {}
  int64_t workspace_nbytes() const override { return conv_->workspace_nbytes(); }
  absl::Status Run(const KernelArgs& args) const override {
    return conv_->Run(args.operands[0], args.operands[1], args.results[0], args.workspace);
  }

 private:
  const std::unique_ptr<OneDnnConv> conv_;
};

using MakeOneDnn = std::unique_ptr<OneDnnConv> (*)(const ConvSpec&);

std::unique_ptr<Kernel> Make(const ConvSpec& spec, MakeOneDnn make, ConvProduct product,
                             int num_threads) {
  if (std::unique_ptr<OneDnnConv> conv = make(spec)) {
    return std::make_unique<ConvKernel>(std::move(conv));
  }
  return MakeConvLoops(spec, product, num_threads);
}

std::unique_ptr<Kernel> MakeConv(const KernelRequest& r) {
  const ConvSpec spec =
      SpecOf(r.operands[0], r.operands[1].shape, r.results[0].shape, r.attrs.As<ops::ConvAttrs>());
  return Make(spec, MakeOneDnnConv, ConvProduct::kOutput, r.num_threads);
}

std::unique_ptr<Kernel> MakeConvInputGradient(const KernelRequest& r) {
  const auto& attrs = r.attrs.As<ops::ConvGradientAttrs>();
  const ConvSpec spec = SpecOf(r.results[0], r.operands[1].shape, r.operands[0].shape, attrs.conv);
  return Make(spec, MakeOneDnnConvInputGradient, ConvProduct::kInputGradient, r.num_threads);
}

std::unique_ptr<Kernel> MakeConvKernelGradient(const KernelRequest& r) {
  const auto& attrs = r.attrs.As<ops::ConvGradientAttrs>();
  const ConvSpec spec = SpecOf(r.operands[0], r.results[0].shape, r.operands[1].shape, attrs.conv);
  return Make(spec, MakeOneDnnConvKernelGradient, ConvProduct::kKernelGradient, r.num_threads);
}

}  // namespace

void RegisterConvCpu(KernelRegistry& registry) {
  registry.Add(ops::kConv, MakeConv);
  registry.Add(ops::kConvInputGradient, MakeConvInputGradient);
  registry.Add(ops::kConvKernelGradient, MakeConvKernelGradient);
}

}  // namespace tricorn::backend::cpu
