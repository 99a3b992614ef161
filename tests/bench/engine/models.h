#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/keras/models/model.h"
#include "core/tensor/tensor.h"
#include "tests/bench/engine/workload.h"

namespace tricorn::bench {

// The compiled model of a workload: Adam 1e-3 (AdamW 3e-4 with decay 0.1 for gpt2, SGD 0.01 with
// momentum 0.9 for resnet50), mean softmax cross-entropy from logits; bf16: mixed_bfloat16.
// Errors: Unimplemented for a name, InvalidArgument for a dtype that the harness does not have.
absl::StatusOr<std::shared_ptr<keras::Model>> MakeModel(const Workload& workload);

// Random images, or ids (int32), and labels (int32) of the workload.
Tensor RandomInputs(const Workload& workload, int64_t batch);
Tensor RandomLabels(const Workload& workload, int64_t batch);

}  // namespace tricorn::bench
