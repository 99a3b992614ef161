#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "core/keras/layers/call_arguments.h"
#include "tests/conformance/case.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {

// The arguments of one call of a function of `keras.ops`, as a case encodes them.
struct OpCallArguments {
  keras::CallArguments<ir::Value> call;
  std::map<std::string, ir::Value> arrays;  // inputs of the traced graph, by name
};

// {"args": [...], "kwargs": {...}} with {"array": name}, {"list": [...]}, {"tuple": [...]} and
// {"value": literal}. Errors: DataLoss for another form.
absl::StatusOr<OpCallArguments> ReadOpCall(const Case& test, const Json& call, Traced& traced);

}  // namespace tricorn::conformance
