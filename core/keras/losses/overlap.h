#pragma once

#include <optional>

#include "core/keras/losses/loss.h"
#include "core/keras/serialization/axis_or_axes.h"

// Losses by the overlap of two soft sets, over `axis`: the whole batch as one set when none.

namespace tricorn::keras {

struct DiceConfig {
  std::string name = "dice";
  std::string reduction = "sum_over_batch_size";
  std::optional<AxisOrAxes> axis = std::nullopt;
  FIELDS(name, reduction, axis)
};
//   1 - 2 sum(y p) / (sum y + sum p + epsilon)
class Dice : public LossWith<Dice, DiceConfig> {
 public:
  static constexpr std::string_view kClassName = "Dice";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

struct TverskyConfig {
  std::string name = "tversky";
  std::string reduction = "sum_over_batch_size";
  double alpha = 0.5;
  double beta = 0.5;
  std::optional<AxisOrAxes> axis = std::nullopt;
  FIELDS(name, reduction, alpha, beta, axis)
};
//   1 - s / (s + alpha sum(p (1 - y)) + beta sum((1 - p) y) + epsilon),  s = sum(y p)
// Source: Salehi et al. 2017.
class Tversky : public LossWith<Tversky, TverskyConfig> {
 public:
  static constexpr std::string_view kClassName = "Tversky";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterOverlapLosses(Registry<Loss>& registry);

}  // namespace tricorn::keras
