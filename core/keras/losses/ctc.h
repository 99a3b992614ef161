#pragma once

#include "core/keras/losses/loss.h"

namespace tricorn::keras {

struct CTCConfig {
  std::string name = "ctc";
  std::string reduction = "sum_over_batch_size";
  FIELDS(name, reduction)
};
// -log of the probability that a sequence of frames reads as the labels, over all ways to repeat
// labels and to put blanks between them. y_true (batch, length) class indices, of which 0 is the
// blank and fills the end; y_pred (batch, frames, classes) logits. The loss is inf where the frames
// are too few.
// Source: Graves et al. 2006.
class CTC : public LossWith<CTC, CTCConfig> {
 public:
  static constexpr std::string_view kClassName = "CTC";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterCTC(Registry<Loss>& registry);

}  // namespace tricorn::keras
