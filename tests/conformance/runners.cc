#include "tests/conformance/runners.h"

namespace tricorn::conformance {

const std::map<std::string_view, Runner>& Runners() {
  static const std::map<std::string_view, Runner> runners = {
      {"activation", RunActivation},
      {"constraint", RunConstraint},
      {"initializer", RunInitializer},
      {"layer", RunLayer},
      {"loss", RunLoss},
      {"metric", RunMetric},
      {"op", RunOp},
      {"optimizer", RunOptimizer},
      {"predict", RunPredict},
      {"regularizer", RunRegularizer},
      {"round_trip", RunRoundTrip},
      {"schedule", RunSchedule},
      {"training", RunTraining},
  };
  return runners;
}

}  // namespace tricorn::conformance
