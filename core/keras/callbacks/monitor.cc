#include "core/keras/callbacks/monitor.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// Metric classes of which more is better.
constexpr std::array<std::string_view, 24> kGreaterIsBetter = {"Accuracy",
                                                               "BinaryAccuracy",
                                                               "CategoricalAccuracy",
                                                               "SparseCategoricalAccuracy",
                                                               "TopKCategoricalAccuracy",
                                                               "SparseTopKCategoricalAccuracy",
                                                               "Precision",
                                                               "Recall",
                                                               "SensitivityAtSpecificity",
                                                               "SpecificityAtSensitivity",
                                                               "PrecisionAtRecall",
                                                               "RecallAtPrecision",
                                                               "AUC",
                                                               "PearsonCorrelation",
                                                               "ConcordanceCorrelation",
                                                               "FBetaScore",
                                                               "F1Score",
                                                               "IoU",
                                                               "BinaryIoU",
                                                               "MeanIoU",
                                                               "OneHotIoU",
                                                               "OneHotMeanIoU",
                                                               "CosineSimilarity",
                                                               "R2Score"};
// Of which less is.
constexpr std::array<std::string_view, 12> kLessIsBetter = {"Hinge",
                                                            "SquaredHinge",
                                                            "CategoricalHinge",
                                                            "BinaryCrossentropy",
                                                            "CategoricalCrossentropy",
                                                            "SparseCategoricalCrossentropy",
                                                            "MeanSquaredError",
                                                            "MeanAbsoluteError",
                                                            "MeanAbsolutePercentageError",
                                                            "MeanSquaredLogarithmicError",
                                                            "RootMeanSquaredError",
                                                            "LogCoshError"};

template <typename Names>
bool Has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int SignOf(const Metric& metric) {
  if (Has(kGreaterIsBetter, metric.class_name())) return 1;
  return Has(kLessIsBetter, metric.class_name()) ? -1 : 0;
}

}  // namespace

absl::Status Monitor::CheckMode(const std::string& mode) {
  if (mode == "auto" || mode == "min" || mode == "max") return absl::OkStatus();
  return InvalidArgument("mode: expected auto, min or max, received '{}'", mode);
}

absl::Status Monitor::Resolve(const std::string& mode, Trainer& trainer) {
  if (sign_ != 0) return absl::OkStatus();
  const std::string name = log_.starts_with("val_") ? log_.substr(4) : log_;
  if (mode == "min" || (mode == "auto" && name == "loss")) sign_ = -1;
  if (mode == "max") sign_ = 1;
  for (const CompiledMetric& metric : trainer.metrics()) {
    if (sign_ == 0 && (metric.log_name == name || metric.metric->name() == name)) {
      sign_ = SignOf(*metric.metric);
    }
  }
  if (sign_ != 0) return absl::OkStatus();
  return InvalidArgument(
      "monitor: expected mode 'min' or 'max' for '{}', which does not tell whether more or less is "
      "better, received '{}'",
      log_, mode);
}

std::optional<double> Monitor::ValueIn(const Logs& logs) const {
  const auto it = logs.find(log_);
  return it == logs.end() ? std::nullopt : std::optional<double>(it->second);
}

bool Monitor::IsBetter(double value, const std::optional<double>& than) const {
  CHECK(sign_ != 0);
  if (!than) return true;
  const double margin = std::abs(min_delta_);
  return sign_ > 0 ? value - margin > *than : value + margin < *than;
}

}  // namespace tricorn::keras
