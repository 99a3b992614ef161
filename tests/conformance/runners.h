#pragma once

#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "core/backend/device.h"
#include "tests/conformance/case.h"

namespace tricorn::conformance {

// Computes what a case expects, and compares. OK when it passes.
// Errors: NotFound or Unimplemented, naming the class, op or argument, when this build lacks it;
// any other when the case fails.
using Runner = absl::Status (*)(const Case& test, backend::Device& device);

absl::Status RunActivation(const Case& test, backend::Device& device);
absl::Status RunConstraint(const Case& test, backend::Device& device);
absl::Status RunInitializer(const Case& test, backend::Device& device);
absl::Status RunLayer(const Case& test, backend::Device& device);
absl::Status RunLoss(const Case& test, backend::Device& device);
absl::Status RunMetric(const Case& test, backend::Device& device);
absl::Status RunOp(const Case& test, backend::Device& device);
absl::Status RunOptimizer(const Case& test, backend::Device& device);
absl::Status RunPredict(const Case& test, backend::Device& device);
absl::Status RunRegularizer(const Case& test, backend::Device& device);
absl::Status RunRoundTrip(const Case& test, backend::Device& device);
absl::Status RunSchedule(const Case& test, backend::Device& device);
absl::Status RunTraining(const Case& test, backend::Device& device);

// By kind; each is in kinds/<kind>.cc.
const std::map<std::string_view, Runner>& Runners();

}  // namespace tricorn::conformance
