#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/keras/layers/keras_tensor.h"

namespace tricorn::keras {

// Keras's keras_history: output `output` of the `call`-th call of a layer within a model.
struct TensorHistory {
  std::string layer;
  int64_t call = 0;
  int64_t output = 0;
};

// ["dense", 0, 0]
absl::StatusOr<TensorHistory> ParseHistory(const Json& json);

// An entry of inbound_nodes, {"args": [...], "kwargs": {...}}, or Keras 2's [["dense", 0, 0, {}]].
// Arguments without tensors stay JSON. Errors: those of `resolve`; InvalidArgument for other forms.
absl::StatusOr<CallArguments<KerasTensor>> ParseCall(
    const Json& json, absl::FunctionRef<absl::StatusOr<KerasTensor>(const TensorHistory&)> resolve);

// The other way. `history` gives ["dense", 0, 0].
Json CallToJson(const CallNode& call, absl::FunctionRef<Json(const KerasTensor&)> history);

}  // namespace tricorn::keras
