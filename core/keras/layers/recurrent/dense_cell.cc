#include "core/keras/layers/recurrent/dense_cell.h"

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

ir::Value GateProduct(ir::Value x, ir::Value kernel, ir::Operands masks) {
  if (masks.empty()) return ops::Matmul(x, kernel);
  if (masks.size() == 1) return ops::Matmul(x * masks[0], kernel);
  const ir::Values kernels = ops::Split(kernel, static_cast<int64_t>(masks.size()), 1);
  ir::Values products;
  for (size_t i = 0; i < masks.size(); ++i)
    products.push_back(ops::Matmul(x * masks[i], kernels[i]));
  return ops::Concatenate(products, -1);
}

ir::Values DropoutMasks(CallContext& context, const Variable& seed, ir::Type type, double rate,
                        int64_t count) {
  ir::Values masks;
  for (int64_t i = 0; i < count; ++i) {
    masks.push_back(ops::Dropout(ops::Full(context.builder(), type, 1), context.NextSeed(seed),
                                 rate, std::nullopt));
  }
  return masks;
}

absl::Status CheckDropout(std::string_view argument, double rate) {
  if (rate >= 0 && rate <= 1) return absl::OkStatus();
  return InvalidArgument("{}: expected a rate within [0, 1], received {}", argument, rate);
}

}  // namespace tricorn::keras
