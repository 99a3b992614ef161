#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/keras/serialization/deserializer.h"
#include "core/tensor/dtype.h"

namespace tricorn::keras {

class DTypePolicyMap;

// In which form a layer holds the weights that it multiplies with.
enum class QuantizationMode : uint8_t { kInt8, kInt4, kFloat8, kTernary, kGptq, kAwq };
std::string_view Name(QuantizationMode mode);  // "int8"

// Which dtype a layer computes in and which its variables have.
//   "mixed_float16", "mixed_bfloat16": computes in the half type, keeps float32 variables.
//   "int8_from_float32", "int4/128_from_mixed_bfloat16", "float8_from_float32": weights quantized,
//   the rest as the policy after "_from_".
//   Any other name is the dtype of both.
// Source: Keras 3 `DTypePolicy`, `QuantizedDTypePolicy`, `Int4DTypePolicy`,
// `QuantizedFloat8DTypePolicy`, `TernaryDTypePolicy`, `GPTQDTypePolicy`, `AWQDTypePolicy`.
class DTypePolicy {
 public:
  static constexpr int64_t kDefaultAmaxHistoryLength = 1024;

  DTypePolicy() = default;  // "float32"
  // A name that is none is kept as an error.
  DTypePolicy(const char* name) : DTypePolicy(std::string(name)) {}  // NOLINT
  DTypePolicy(std::string name);                                     // NOLINT
  static DTypePolicy Float8(std::string source_name, int64_t amax_history_length);

  const std::string& name() const { return name_; }
  DType compute_dtype() const { return compute_; }
  DType variable_dtype() const { return variable_; }
  const absl::Status& status() const { return status_; }

  std::optional<QuantizationMode> quantization_mode() const { return mode_; }
  // The policy that a quantized one was made from: "float32".
  std::string source_name() const;
  // How many weights along the summed axis share a scale; -1: all. Of int4, gptq and awq.
  int64_t block_size() const { return block_size_; }
  int64_t weight_bits() const { return weight_bits_; }
  int64_t amax_history_length() const { return amax_history_length_; }  // of float8

  // The policy of the layer at `path`, where this one came as a DTypePolicyMap; else itself.
  absl::StatusOr<DTypePolicy> At(std::string_view path) const;

  // A name, null for "float32", or the object form of a class above or of DTypePolicyMap.
  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  friend Json ToJson(const DTypePolicy& policy);
  friend bool operator==(const DTypePolicy& a, const DTypePolicy& b) {
    return ToJson(a) == ToJson(b);
  }

 private:
  absl::Status ParseMode(std::string_view mode);
  std::string_view class_name() const;

  std::string name_ = "float32";
  DType compute_ = DType::kF32;
  DType variable_ = DType::kF32;
  std::optional<QuantizationMode> mode_;
  std::string mode_text_;  // as in the name: "int4/128"
  int64_t block_size_ = -1;
  int64_t weight_bits_ = 0;
  int64_t amax_history_length_ = kDefaultAmaxHistoryLength;
  std::shared_ptr<const DTypePolicyMap> map_;
  absl::Status status_;
};

// What layers get that name no policy: that of the innermost DTypePolicyScope of the thread, or
// the setting `floatx`, "float32".
DTypePolicy DefaultDTypePolicy();

// While it lives, layers that its thread makes and that name no policy get this one: Keras's
// `set_dtype_policy`, with an end.
class DTypePolicyScope {
 public:
  explicit DTypePolicyScope(DTypePolicy policy);
  ~DTypePolicyScope();
  DTypePolicyScope(const DTypePolicyScope&) = delete;
  DTypePolicyScope& operator=(const DTypePolicyScope&) = delete;

 private:
  const DTypePolicy policy_;
  const DTypePolicyScope* const outer_;
  friend DTypePolicy DefaultDTypePolicy();
};

// Keras's classes that DTypePolicy and DTypePolicyMap stand for.
std::vector<std::string_view> DTypePolicyClassNames();

}  // namespace tricorn::keras
