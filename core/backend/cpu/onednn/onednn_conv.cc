#include "core/backend/cpu/onednn/onednn_conv.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/backend/cpu/onednn/onednn_adapter.h"

namespace tricorn::backend::cpu {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using Desc = memory::desc;

int64_t Aligned(int64_t nbytes) { return (nbytes + 63) / 64 * 64; }

// oneDNN's names for the arrays: it puts channels before the spatial axes, whatever the strides.
struct Arrays {
  Desc x;
  Desc kernel;
  Desc any_kernel;  // of AnyLayout
  Desc y;
  memory::dims strides;
  memory::dims dilation;  // counted from 0
  memory::dims padding_low;
  memory::dims padding_high;
};

Desc ChannelsLast(const ConvSpec& spec, int64_t channels, const std::vector<int64_t>& spatial) {
  std::vector<int64_t> dims{spec.batch, channels};
  std::vector<int64_t> strides{channels, 1};
  for (size_t k = 0; k < spatial.size(); ++k) {
    int64_t stride = channels;
    for (size_t j = k + 1; j < spatial.size(); ++j) stride *= spatial[j];
    dims.push_back(spatial[k]);
    strides.push_back(stride);
    strides[0] *= spatial[k];
  }
  return onednn::Strided(dims, spec.dtype, strides);
}

std::vector<int64_t> KernelDims(const ConvSpec& spec) {
  std::vector<int64_t> dims{spec.out_channels / spec.groups, spec.in_channels / spec.groups};
  if (spec.groups > 1) dims.insert(dims.begin(), spec.groups);
  dims.insert(dims.end(), spec.window.begin(), spec.window.end());
  return dims;
}

std::vector<int64_t> KernelStrides(const ConvSpec& spec) {
  std::vector<int64_t> strides{1, spec.out_channels};
  if (spec.groups > 1) strides.insert(strides.begin(), spec.out_channels / spec.groups);
  for (size_t k = 0; k < spec.window.size(); ++k) {
    int64_t stride = spec.in_channels / spec.groups * spec.out_channels;
    for (size_t j = k + 1; j < spec.window.size(); ++j) stride *= spec.window[j];
    strides.push_back(stride);
  }
  return strides;
}

Arrays ArraysOf(const ConvSpec& spec) {
  Arrays a{.x = ChannelsLast(spec, spec.in_channels, spec.in),
           .kernel = onednn::Strided(KernelDims(spec), spec.dtype, KernelStrides(spec)),
           .any_kernel = onednn::AnyLayout(KernelDims(spec), spec.dtype),
           .y = ChannelsLast(spec, spec.out_channels, spec.out),
           .strides = spec.strides,
           .dilation = spec.dilation,
           .padding_low = spec.padding_low,
           .padding_high = spec.padding_high};
  for (int64_t& dilation : a.dilation) --dilation;
  return a;
}

bool IsForOneDnn(const ConvSpec& spec) {
  if (!onednn::Supports(spec.dtype) || spec.in.empty() || spec.in.size() > 3) return false;
  const auto positive = [](int64_t n) { return n > 0; };
  const auto no_less_than_zero = [](int64_t n) { return n >= 0; };
  return spec.batch > 0 && spec.in_channels > 0 && spec.out_channels > 0 &&
         std::all_of(spec.in.begin(), spec.in.end(), positive) &&
         std::all_of(spec.out.begin(), spec.out.end(), positive) &&
         std::all_of(spec.padding_low.begin(), spec.padding_low.end(), no_less_than_zero) &&
         std::all_of(spec.padding_high.begin(), spec.padding_high.end(), no_less_than_zero);
}

dnnl::convolution_forward::primitive_desc Forward(const Arrays& a) {
  return onednn::Describe<dnnl::convolution_forward>(
      prop_kind::forward_training, algorithm::convolution_direct, a.x, a.any_kernel, a.y, a.strides,
      a.dilation, a.padding_low, a.padding_high);
}

using Arguments = std::array<onednn::Call::Argument, 3>;  // first, second, result

// A primitive whose kernel, the second operand or the result, has a layout of its own: it is put
// into or out of that layout on each run, which costs little next to the convolution.
class Conv : public OneDnnConv {
 public:
  Conv(const dnnl::primitive& conv, const Arguments& args, const Desc& scratchpad,
       const Desc& kernel, bool kernel_is_result)
      : conv_(conv, {args.begin(), args.end()}, scratchpad), kernel_is_result_(kernel_is_result) {
    const Desc& liked = args[kernel_is_result ? 2 : 1].desc;
    if (liked == kernel) return;
    const Desc& from = kernel_is_result ? liked : kernel;
    const Desc& to = kernel_is_result ? kernel : liked;
    const dnnl::reorder::primitive_desc reorder(onednn::Engine(), from, onednn::Engine(), to,
                                                onednn::CallerScratchpad());
    reorder_.emplace(dnnl::reorder(reorder),
                     std::vector<onednn::Call::Argument>{{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}},
                     reorder.scratchpad_desc());
    kernel_nbytes_ = Aligned(static_cast<int64_t>(liked.get_size()));
  }

  int64_t workspace_nbytes() const override {
    const int64_t reorder = reorder_ ? reorder_->scratchpad_nbytes() : 0;
    return kernel_nbytes_ + std::max(conv_.scratchpad_nbytes(), reorder);
  }

  absl::Status Run(const std::byte* first, const std::byte* second, std::byte* result,
                   std::byte* workspace) const override {
    std::byte* const scratchpad = workspace + kernel_nbytes_;
    if (!reorder_) return conv_.Run({first, second, result}, scratchpad);
    if (kernel_is_result_) {
      RETURN_IF_ERROR(conv_.Run({first, second, workspace}, scratchpad));
      return reorder_->Run({workspace, result}, scratchpad);
    }
    RETURN_IF_ERROR(reorder_->Run({second, workspace}, scratchpad));
    return conv_.Run({first, workspace, result}, scratchpad);
  }

 private:
  const onednn::Call conv_;
  const bool kernel_is_result_;
  std::optional<onednn::Call> reorder_;
  int64_t kernel_nbytes_ = 0;
};

}  // namespace

std::unique_ptr<OneDnnConv> MakeOneDnnConv(const ConvSpec& spec) {
  if (!IsForOneDnn(spec)) return nullptr;
  return onednn::OrNull([&]() -> std::unique_ptr<OneDnnConv> {
    const Arrays a = ArraysOf(spec);
    const auto desc = Forward(a);
    return std::make_unique<Conv>(
        dnnl::convolution_forward(desc),
        Arguments{
            {{DNNL_ARG_SRC, a.x}, {DNNL_ARG_WEIGHTS, desc.weights_desc()}, {DNNL_ARG_DST, a.y}}},
        desc.scratchpad_desc(), a.kernel, false);
  });
}

std::unique_ptr<OneDnnConv> MakeOneDnnConvInputGradient(const ConvSpec& spec) {
  if (!IsForOneDnn(spec)) return nullptr;
  return onednn::OrNull([&]() -> std::unique_ptr<OneDnnConv> {
    const Arrays a = ArraysOf(spec);
    const auto desc = onednn::DescribeGradient<dnnl::convolution_backward_data>(
        Forward(a), algorithm::convolution_direct, a.x, a.any_kernel, a.y, a.strides, a.dilation,
        a.padding_low, a.padding_high);
    return std::make_unique<Conv>(dnnl::convolution_backward_data(desc),
                                  Arguments{{{DNNL_ARG_DIFF_DST, a.y},
                                             {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                             {DNNL_ARG_DIFF_SRC, a.x}}},
                                  desc.scratchpad_desc(), a.kernel, false);
  });
}

std::unique_ptr<OneDnnConv> MakeOneDnnConvKernelGradient(const ConvSpec& spec) {
  if (!IsForOneDnn(spec)) return nullptr;
  return onednn::OrNull([&]() -> std::unique_ptr<OneDnnConv> {
    const Arrays a = ArraysOf(spec);
    const auto desc = onednn::DescribeGradient<dnnl::convolution_backward_weights>(
        Forward(a), algorithm::convolution_direct, a.x, a.any_kernel, a.y, a.strides, a.dilation,
        a.padding_low, a.padding_high);
    return std::make_unique<Conv>(dnnl::convolution_backward_weights(desc),
                                  Arguments{{{DNNL_ARG_SRC, a.x},
                                             {DNNL_ARG_DIFF_DST, a.y},
                                             {DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc()}}},
                                  desc.scratchpad_desc(), a.kernel, true);
  });
}

}  // namespace tricorn::backend::cpu
