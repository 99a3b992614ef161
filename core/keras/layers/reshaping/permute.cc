#include "core/keras/layers/reshaping/permute.h"

#include <algorithm>
#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status Permute::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectRank(inputs, static_cast<int>(config_.dims.size()) + 1));
  std::vector<int64_t> sorted = config_.dims;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<int64_t>(i) + 1) {
      return InvalidArgument("dims: expected each of 1 to {} once, received {}", sorted.size(),
                             sorted[i]);
    }
  }
  return absl::OkStatus();
}

ir::Value Permute::Call(CallContext&, ir::Value x) {
  std::vector<int64_t> perm = {0};
  perm.insert(perm.end(), config_.dims.begin(), config_.dims.end());
  return ops::Transpose(x, std::move(perm));
}

}  // namespace tricorn::keras::layers
