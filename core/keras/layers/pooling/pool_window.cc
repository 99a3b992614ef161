#include "core/keras/layers/pooling/pool_window.h"

#include "core/keras/layers/input_checks.h"

namespace tricorn::keras {

PoolWindow MakePoolWindow(std::vector<int64_t> window, std::vector<int64_t> strides,
                          WindowPadding padding, const Shape& x) {
  PoolWindow out{std::move(window), std::move(strides), {}, {}};
  for (size_t i = 0; i < out.window.size(); ++i) {
    const ops::AxisPadding pad = ops::ResolvePadding(
        padding == WindowPadding::kSame ? ops::Padding::kSame : ops::Padding::kValid,
        x[static_cast<int>(i) + 1], out.window[i], out.strides[i]);
    out.padding_low.push_back(pad.low);
    out.padding_high.push_back(pad.high);
  }
  return out;
}

absl::Status CheckPool(const std::vector<int64_t>& window, const std::vector<int64_t>& strides,
                       WindowPadding padding) {
  for (size_t i = 0; i < window.size(); ++i) {
    RETURN_IF_ERROR(ExpectPositive("pool_size", window[i]));
    RETURN_IF_ERROR(ExpectPositive("strides", strides[i]));
  }
  if (padding != WindowPadding::kCausal) return absl::OkStatus();
  return InvalidArgument("padding: expected 'valid' or 'same', received 'causal'");
}

}  // namespace tricorn::keras
