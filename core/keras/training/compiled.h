#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/ir/type.h"
#include "core/keras/layers/nest.h"
#include "core/keras/losses/loss.h"
#include "core/keras/metrics/metric.h"
#include "core/keras/optimizers/optimizer.h"
#include "core/keras/serialization/deserializer.h"

namespace tricorn::keras {

// What `compile` was given, as archives hold it: names, serialized objects, lists and dictionaries
// of them by output.
struct CompileConfig {
  Json optimizer = "rmsprop";
  Json loss;
  Json loss_weights;
  Json metrics;
  Json weighted_metrics;
  bool run_eagerly = false;         // kept for the archive; everything is compiled here
  int64_t steps_per_execution = 1;  // likewise
  Json jit_compile = "auto";        // likewise
  FIELDS(optimizer, loss, loss_weights, metrics, weighted_metrics, run_eagerly, steps_per_execution,
         jit_compile)
};

// A loss of one output.
struct CompiledLoss {
  size_t output = 0;  // index among the model's outputs
  std::shared_ptr<const Loss> loss;
  double weight = 1;
  std::string name;  // what its own log is called, where there are several losses: "NAME_loss"
};

struct CompiledMetric {
  size_t output = 0;
  std::shared_ptr<const Metric> metric;
  std::string log_name;
  bool weighted = false;
};

// Labels and predictions that losses and metrics are chosen for.
struct OutputTypes {
  std::vector<std::string> names;
  Nest<std::string> structure;  // the names as the outputs are nested
  std::vector<ir::Type> y_true;
  std::vector<ir::Type> y_pred;
};

// Errors: NotFound for an unknown name or class, InvalidArgument for a structure that does not fit
// the outputs, naming the argument of `compile`.
absl::StatusOr<std::shared_ptr<Optimizer>> MakeOptimizer(const Json& json,
                                                         const Deserializer& deserializer);
absl::StatusOr<std::vector<CompiledLoss>> MakeLosses(const CompileConfig& config,
                                                     const OutputTypes& outputs,
                                                     const Deserializer& deserializer);
// `metrics` then `weighted_metrics`, in the order of their logs.
absl::StatusOr<std::vector<CompiledMetric>> MakeMetrics(const CompileConfig& config,
                                                        const OutputTypes& outputs,
                                                        const Deserializer& deserializer);

}  // namespace tricorn::keras
