#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cpu {

// A convolution, channels last: x (batch, in..., in_channels), kernel (window..., in_channels /
// groups, out_channels), y (batch, out..., out_channels). Lists have one entry a spatial axis.
struct ConvSpec {
  DType dtype = DType::kF32;
  int64_t batch = 1;
  int64_t in_channels = 1;
  int64_t out_channels = 1;
  int64_t groups = 1;
  std::vector<int64_t> in;
  std::vector<int64_t> out;
  std::vector<int64_t> window;
  std::vector<int64_t> strides;
  std::vector<int64_t> padding_low;
  std::vector<int64_t> padding_high;
  std::vector<int64_t> dilation;
};

// One of the three products of a convolution, which oneDNN does. Run is safe from several threads.
class OneDnnConv {
 public:
  virtual ~OneDnnConv() = default;
  virtual int64_t workspace_nbytes() const = 0;
  virtual absl::Status Run(const std::byte* first, const std::byte* second, std::byte* result,
                           std::byte* workspace) const = 0;
};

// nullptr when oneDNN refuses: dtypes other than float32 and bfloat16, more than three spatial
// axes, negative padding, an empty array.
std::unique_ptr<OneDnnConv> MakeOneDnnConv(const ConvSpec& spec);                // x, kernel -> y
std::unique_ptr<OneDnnConv> MakeOneDnnConvInputGradient(const ConvSpec& spec);   // dy, kernel -> dx
std::unique_ptr<OneDnnConv> MakeOneDnnConvKernelGradient(const ConvSpec& spec);  // x, dy -> dkernel

}  // namespace tricorn::backend::cpu
