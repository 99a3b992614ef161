#pragma once

#include "absl/status/status.h"
#include "core/keras/training/compiled.h"
#include "core/keras/training/step_inputs.h"

namespace tricorn::keras {

// Whether the labels fit losses and metrics: every loss and metric has some, and class indices are
// such that a prediction has, for others would silently lose nothing.
// Errors: InvalidArgument naming the output or the label.
absl::Status CheckLabels(const std::vector<CompiledLoss>& losses,
                         const std::vector<CompiledMetric>& metrics, const OutputTypes& outputs,
                         const StepInputs& inputs);

}  // namespace tricorn::keras
