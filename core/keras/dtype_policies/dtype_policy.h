#pragma once

#include <string>
#include <string_view>

#include "core/keras/serialization/deserializer.h"
#include "core/tensor/dtype.h"

namespace tricorn::keras {

// Which dtype a layer computes in and which its variables have. "mixed_float16" and
// "mixed_bfloat16" compute in the half type and keep float32 variables; any other name is the dtype
// of both.
class DTypePolicy {
 public:
  DTypePolicy() = default;  // "float32"
  // A name that is none is kept as an error.
  DTypePolicy(const char* name) : DTypePolicy(std::string(name)) {}  // NOLINT
  DTypePolicy(std::string name);                                     // NOLINT

  const std::string& name() const { return name_; }
  DType compute_dtype() const { return compute_; }
  DType variable_dtype() const { return variable_; }
  const absl::Status& status() const { return status_; }

  // A name or {"class_name": "DTypePolicy", "config": {"name": ...}}.
  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  friend Json ToJson(const DTypePolicy& policy);
  friend bool operator==(const DTypePolicy& a, const DTypePolicy& b) { return a.name_ == b.name_; }

 private:
  std::string name_ = "float32";
  DType compute_ = DType::kF32;
  DType variable_ = DType::kF32;
  absl::Status status_;
};

}  // namespace tricorn::keras
