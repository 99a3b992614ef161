#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/keras/models/model.h"

namespace tricorn::keras {

// Keras's arguments of `plot_model`.
struct PlotOptions {
  bool show_shapes = false;
  bool show_dtype = false;
  bool show_layer_names = true;
  std::string rankdir = "TB";  // or "LR"
  bool expand_nested = false;  // models inside as clusters of their layers
  int dpi = 200;               // of dot alone
  bool show_layer_activations = false;
  bool show_trainable = false;
  std::string splines = "ortho";  // of dot alone
};

// The text that Keras's model_to_dot gives, with numbers for the boxes' names.
// Errors: FailedPrecondition for a model without an input shape; InvalidArgument for another
// rankdir.
absl::StatusOr<std::string> ModelToDot(const Model& model, const PlotOptions& options = {});

// An SVG document of the same boxes and edges. Equal models give equal bytes.
absl::StatusOr<std::string> ModelToSvg(const Model& model, const PlotOptions& options = {});

}  // namespace tricorn::keras
