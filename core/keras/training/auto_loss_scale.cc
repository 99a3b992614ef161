#include "core/keras/training/auto_loss_scale.h"

#include <algorithm>

#include "core/keras/optimizers/loss_scale_optimizer.h"

namespace tricorn::keras {
namespace {

bool IsMixedFloat16(const Layer& layer) {
  if (layer.dtype_policy().name() == "mixed_float16") return true;
  const std::vector<Layer::Child> children = layer.children();
  return std::any_of(children.begin(), children.end(),
                     [](const Layer::Child& child) { return IsMixedFloat16(*child.layer); });
}

}  // namespace

std::shared_ptr<Optimizer> WithAutoLossScale(Model& model, std::shared_ptr<Optimizer> optimizer) {
  if (dynamic_cast<LossScaleOptimizer*>(optimizer.get()) != nullptr || !IsMixedFloat16(model)) {
    return optimizer;
  }
  return std::make_shared<LossScaleOptimizer>(std::move(optimizer));
}

}  // namespace tricorn::keras
