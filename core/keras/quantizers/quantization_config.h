#pragma once

#include <optional>
#include <string>

#include "core/keras/dtype_policies/dtype_policy.h"
#include "core/keras/quantizers/quantizer.h"

namespace tricorn::keras {

// How the weights of a layer are to be quantized, and its inputs with them.
class QuantizationConfig : public Serializable {
 public:
  static constexpr std::string_view kKind = "quantization config";
  // By class, and the default configs by mode: "int8", "int4", "float8", "ternary".
  static const Registry<QuantizationConfig>& Builtins();

  std::string_view module() const override { return "keras.quantizers"; }

  virtual QuantizationMode mode() const = 0;
  // What comes before "_from_" in the name of the policy of a layer that has it: "int4/128".
  virtual std::string policy_mode() const { return std::string(Name(mode())); }
  // None: the mode's own.
  virtual QuantizerRef weight_quantizer() const { return nullptr; }
  // None: activations stay as they are.
  virtual QuantizerRef activation_quantizer() const { return nullptr; }
  // How many weights along the summed axis share a scale; -1: all.
  virtual int64_t block_size() const { return -1; }
};

using QuantizationConfigRef = Ref<QuantizationConfig>;

// A config as a struct: JSON keys are Keras's arguments. `C::Missing()` is what an archive that
// lacks keys means; `Check()` the first error of the arguments.
template <typename Derived, HasFields C>
class QuantizationConfigWith : public QuantizationConfig {
 public:
  using Config = C;
  explicit QuantizationConfigWith(C config = {}) : config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  QuantizationMode mode() const override { return Derived::kMode; }
  Json GetConfig() const override { return tricorn::ToJson(config_); }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    C config = C::Missing();
    RETURN_IF_ERROR(DecodeConfig(json, &config, deserializer));
    RETURN_IF_ERROR(config.Check());
    return std::make_shared<Derived>(std::move(config));
  }

 protected:
  const C config_;
};

struct Int8Config {
  QuantizerRef weight_quantizer = nullptr;
  QuantizerRef activation_quantizer = AbsMaxQuantizer();
  FIELDS(weight_quantizer, activation_quantizer)
  static Int8Config Missing() { return {.activation_quantizer = nullptr}; }
  absl::Status Check() const;
};

// Integers of 8 bits with a scale for each unit; inputs quantized at run time, one scale a row.
// Errors: InvalidArgument for a weight_quantizer that does not give int8.
// Source: Keras 3 `Int8QuantizationConfig`.
class Int8QuantizationConfig : public QuantizationConfigWith<Int8QuantizationConfig, Int8Config> {
 public:
  static constexpr std::string_view kClassName = "Int8QuantizationConfig";
  static constexpr QuantizationMode kMode = QuantizationMode::kInt8;
  using QuantizationConfigWith::QuantizationConfigWith;
  QuantizerRef weight_quantizer() const override { return config_.weight_quantizer; }
  QuantizerRef activation_quantizer() const override { return config_.activation_quantizer; }
};

struct Int4Config {
  QuantizerRef weight_quantizer = nullptr;
  QuantizerRef activation_quantizer = nullptr;
  std::optional<int64_t> block_size = 128;
  FIELDS(weight_quantizer, activation_quantizer, block_size)
  static Int4Config Missing() { return {.block_size = std::nullopt}; }
  absl::Status Check() const;
};

// Two integers a byte, by groups of block_size weights with a scale and a zero point each; none or
// -1: one scale for each unit.
// Errors: InvalidArgument for quantizers beside a positive block_size.
// Source: Keras 3 `Int4QuantizationConfig`.
class Int4QuantizationConfig : public QuantizationConfigWith<Int4QuantizationConfig, Int4Config> {
 public:
  static constexpr std::string_view kClassName = "Int4QuantizationConfig";
  static constexpr QuantizationMode kMode = QuantizationMode::kInt4;
  using QuantizationConfigWith::QuantizationConfigWith;
  std::string policy_mode() const override;
  QuantizerRef weight_quantizer() const override { return config_.weight_quantizer; }
  QuantizerRef activation_quantizer() const override { return config_.activation_quantizer; }
  int64_t block_size() const override { return config_.block_size.value_or(-1); }
};

struct NoQuantizationArguments {
  NO_FIELDS()
  static NoQuantizationArguments Missing() { return {}; }
  absl::Status Check() const { return absl::OkStatus(); }
};

// Training with products of 8-bit floats; weights stay floating. Source: Keras 3.
class Float8QuantizationConfig
    : public QuantizationConfigWith<Float8QuantizationConfig, NoQuantizationArguments> {
 public:
  static constexpr std::string_view kClassName = "Float8QuantizationConfig";
  static constexpr QuantizationMode kMode = QuantizationMode::kFloat8;
  using QuantizationConfigWith::QuantizationConfigWith;
};

// Weights -1, 0 and 1, five a byte, with one scale. Source: Keras 3 `TernaryQuantizationConfig`.
class TernaryQuantizationConfig
    : public QuantizationConfigWith<TernaryQuantizationConfig, NoQuantizationArguments> {
 public:
  static constexpr std::string_view kClassName = "TernaryQuantizationConfig";
  static constexpr QuantizationMode kMode = QuantizationMode::kTernary;
  using QuantizationConfigWith::QuantizationConfigWith;
};

// Of calibrated quantization, which reads a data set: archives hold it beside the weights.
struct GPTQArguments {
  Json dataset = nullptr;
  Json tokenizer = nullptr;
  int64_t weight_bits = 4;
  int64_t num_samples = 128;
  int64_t calibration_batch_size = 8;
  bool per_channel = true;
  int64_t sequence_length = 512;
  double hessian_damping = 0.01;
  int64_t group_size = 128;
  bool symmetric = false;
  bool activation_order = false;
  Json quantization_layer_structure = nullptr;
  FIELDS(dataset, tokenizer, weight_bits, num_samples, calibration_batch_size, per_channel,
         sequence_length, hessian_damping, group_size, symmetric, activation_order,
         quantization_layer_structure)
  static GPTQArguments Missing() { return {}; }
  absl::Status Check() const;
};

class GPTQConfig : public QuantizationConfigWith<GPTQConfig, GPTQArguments> {
 public:
  static constexpr std::string_view kClassName = "GPTQConfig";
  static constexpr QuantizationMode kMode = QuantizationMode::kGptq;
  using QuantizationConfigWith::QuantizationConfigWith;
  std::string policy_mode() const override;
  int64_t block_size() const override { return config_.group_size; }
};

struct AWQArguments {
  Json dataset = nullptr;
  Json tokenizer = nullptr;
  int64_t weight_bits = 4;
  int64_t num_samples = 128;
  int64_t sequence_length = 512;
  int64_t group_size = 128;
  int64_t num_grid_points = 20;
  bool apply_clip = true;
  Json quantization_layer_structure = nullptr;
  FIELDS(dataset, tokenizer, weight_bits, num_samples, sequence_length, group_size, num_grid_points,
         apply_clip, quantization_layer_structure)
  static AWQArguments Missing() { return {}; }
  absl::Status Check() const;
};

class AWQConfig : public QuantizationConfigWith<AWQConfig, AWQArguments> {
 public:
  static constexpr std::string_view kClassName = "AWQConfig";
  static constexpr QuantizationMode kMode = QuantizationMode::kAwq;
  using QuantizationConfigWith::QuantizationConfigWith;
  std::string policy_mode() const override;
  int64_t block_size() const override { return config_.group_size; }
};

}  // namespace tricorn::keras
