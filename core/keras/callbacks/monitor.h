#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {

// A log that a callback watches, and which of two values of it is better.
class Monitor {
 public:
  // `min_delta`: by how much a value must be better to count.
  Monitor(std::string log, double min_delta) : log_(std::move(log)), min_delta_(min_delta) {}

  // "auto", "min" or "max".
  static absl::Status CheckMode(const std::string& mode);

  // Learns which way is better, once the metrics are known; again does nothing.
  // Errors: InvalidArgument for a log whose name does not tell it in mode "auto".
  absl::Status Resolve(const std::string& mode, Trainer& trainer);
  // The log's value; none when this epoch has none (of validation, every few epochs).
  std::optional<double> ValueIn(const Logs& logs) const;
  // After Resolve. Anything is better than none.
  bool IsBetter(double value, const std::optional<double>& than) const;

  const std::string& log() const { return log_; }

 private:
  const std::string log_;
  const double min_delta_;
  int sign_ = 0;  // 1: greater is better, -1: less, 0: not known yet
};

}  // namespace tricorn::keras
