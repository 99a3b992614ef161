#pragma once

#include "core/keras/callbacks/callback_with.h"

namespace tricorn::keras {

struct TerminateOnNaNConfig {
  bool raise_error = false;
  FIELDS(raise_error)
};
// Ends Fit after a step whose loss is no finite number: in order, or, with `raise_error`, with an
// error (InvalidArgument) that no other callback hears of. Reads the logs after each step.
class TerminateOnNaN : public CallbackWith<TerminateOnNaN, TerminateOnNaNConfig> {
 public:
  static constexpr std::string_view kClassName = "TerminateOnNaN";
  using CallbackWith::CallbackWith;

  absl::Status OnBatchEnd(Trainer& trainer, const Progress& progress) override;
};

}  // namespace tricorn::keras
