#include "tests/conformance/runners.h"

namespace tricorn::conformance {

const std::map<std::string_view, Runner>& Runners() {
  static const std::map<std::string_view, Runner> runners = {
      {"activation", RunActivation},   {"constraint", RunConstraint},
      {"initializer", RunInitializer}, {"layer", RunLayer},
      {"regularizer", RunRegularizer},
  };
  return runners;
}

}  // namespace tricorn::conformance
