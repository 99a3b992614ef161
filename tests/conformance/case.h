#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/json.h"
#include "core/tensor/tensor.h"

namespace tricorn::conformance {

// What real Keras computed in one small experiment.
class Case {
 public:
  // `directory` is <root>/<family>/<case>; `name` "<family>/<case>". Other than kF32,
  // `compute_dtype` is what models of the case compute in, in place of float32.
  static absl::StatusOr<Case> Read(Env& env, const std::string& directory, std::string name,
                                   DType compute_dtype = DType::kF32);

  const std::string& name() const { return name_; }
  DType compute_dtype() const { return compute_dtype_; }
  const std::string& kind() const { return json_["kind"].AsString(); }
  const Json& operator[](std::string_view key) const { return json_[key]; }
  double rtol() const { return json_["rtol"].AsDouble(); }
  double atol() const { return json_["atol"].AsDouble(); }
  // Errors: DataLoss for a name that data.npz lacks.
  absl::StatusOr<Tensor> Array(const Json& name) const;
  // A file of the case: "model.keras".
  std::string Path(const Json& file) const;

 private:
  std::string name_;
  std::string directory_;
  DType compute_dtype_ = DType::kF32;
  Json json_;
  std::map<std::string, Tensor> arrays_;
};

}  // namespace tricorn::conformance
