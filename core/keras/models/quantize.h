#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/models/model.h"
#include "core/keras/quantizers/quantization_config.h"

namespace tricorn::keras {

// What quantization did to a model.
struct QuantizationReport {
  std::string mode;                                          // "int8"
  std::vector<std::string> quantized;                        // layers by path
  std::vector<std::pair<std::string, std::string>> skipped;  // and why
  int64_t nbytes_before = 0;                                 // of all weights
  int64_t nbytes_after = 0;

  std::string ToString() const;
};

// Puts quantized weights in the place of the floating ones of all layers inside that have such a
// form: a config, or a mode by name ("int8", "int4", "float8", "ternary"). `filters`: regular
// expressions, of which one must match a part of the layer's name; none: all layers.
// A compiled model is to be compiled again. Errors: those of the config; InvalidArgument for an
// expression that is none; Unimplemented for gptq and awq, which need data to calibrate with.
// Source: Keras 3 `Model.quantize`.
absl::StatusOr<QuantizationReport> Quantize(Model& model, const QuantizationConfigRef& config,
                                            const std::vector<std::string>& filters = {});

}  // namespace tricorn::keras
