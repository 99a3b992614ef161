#include "core/keras/layers/regularization/activity_regularization.h"

namespace tricorn::keras::layers {

absl::Status ActivityRegularization::BuildFrom(std::span<const SymbolicType>) {
  regularizer_ = std::make_unique<L1L2>(L1L2Config{.l1 = config_.l1, .l2 = config_.l2});
  return absl::OkStatus();
}

ir::Value ActivityRegularization::Call(CallContext&, ir::Value x) { return x; }

}  // namespace tricorn::keras::layers
