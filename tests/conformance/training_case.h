#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/keras/models/model.h"
#include "core/keras/training/trainer.h"
#include "tests/conformance/case.h"

namespace tricorn::conformance {

// The data and arguments of a case of kind "training".
struct TrainingCase {
  Dataset train;
  std::optional<Dataset> validation;
  std::vector<Tensor> x;  // to predict on
  keras::FitOptions options;

  const Dataset* validation_or_null() const { return validation ? &*validation : nullptr; }
  // Errors: Unimplemented for an argument of `fit` that this build lacks.
  static absl::StatusOr<TrainingCase> Read(const Case& test);
};

// The leaves of nested lists and dictionaries (these by sorted key) of array names.
void AppendLeaves(const Json& structure, std::vector<Json>& leaves);

// Whether rounding decides over a weight or slot of this path: its true gradient is zero.
bool HasZeroGradient(const Case& test, std::string_view path);

// The case's history against ours.
absl::Status ExpectHistory(const Case& test, const keras::History& history);
// One of the logs of a batch, an epoch or an evaluation. Where models compute in bfloat16: a loss
// as ExpectClose after training; a metric, which may count samples, within a tenth of it and of 1.
absl::Status ExpectLog(const Case& test, std::string_view what, std::string_view name, double got,
                       double want);
// `key`: "initial", "after_first_batch" or "final". Where models compute in bfloat16: all weights
// together have moved as they should, but for kMaxUpdateError of the way.
inline constexpr double kMaxUpdateError = 0.3;
absl::Status ExpectWeights(const Case& test, keras::Model& model, std::string_view key, double rtol,
                           double atol);

}  // namespace tricorn::conformance
