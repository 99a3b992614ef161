#pragma once

#include "core/keras/losses/loss.h"

namespace tricorn::keras {

struct CircleConfig {
  std::string name = "circle";
  std::string reduction = "sum_over_batch_size";
  double gamma = 80.0;
  double margin = 0.4;
  bool remove_diagonal = true;
  FIELDS(name, reduction, gamma, margin, remove_diagonal)
};
// Embeddings of one label together, those of others apart. y_true (batch,) or (batch, 1) labels,
// y_pred (batch, features) of norm 1, d_ij = max(1 - y_pred_i . y_pred_j, 0), m the margin:
//   log(1 + sum_j exp(-gamma (m + d_ij)(m - d_ij)) sum_k exp(gamma [1 + m - d_ik]+ (1 - m - d_ik)))
// over the j of i's label (without i itself if remove_diagonal) and the k of others. Entries that
// lose nothing do not count. Batches are compared within a shard only.
// Source: Sun et al. 2020, Keras 3 `circle`.
class Circle : public LossWith<Circle, CircleConfig> {
 public:
  static constexpr std::string_view kClassName = "Circle";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
  ir::Value Mask(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterCircle(Registry<Loss>& registry);

}  // namespace tricorn::keras
