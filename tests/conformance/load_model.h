#pragma once

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/keras/saving/loaded_model.h"
#include "tests/conformance/case.h"

namespace tricorn::conformance {

// The model of the case's archive `file`; its layers compute in the dtype of the case where that is
// not theirs: those of policy "float32" get policy "mixed_bfloat16".
absl::StatusOr<keras::LoadedModel> LoadModel(const Case& test, const Json& file);

}  // namespace tricorn::conformance
