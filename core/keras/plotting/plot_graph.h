#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/plotting/plot_model.h"

namespace tricorn::keras {

// A box: a layer or an op.
struct PlotBox {
  std::string name;
  std::string class_name;
  std::string activation = "";          // empty when it has none, or is not to be shown
  std::vector<std::string> facts = {};  // "Output shape: (None, 4)"
  enum Trainable { kUnknown, kYes, kNo } trainable = kUnknown;
  int cluster = -1;  // index of the model inside that it belongs to
};

// A model inside, drawn around its boxes.
struct PlotCluster {
  std::string name;
  int parent = -1;
};

struct PlotGraph {
  std::vector<PlotBox> boxes;              // in Keras's order
  std::vector<std::pair<int, int>> edges;  // each once
  std::vector<PlotCluster> clusters;       // parents first
};

// What there is to draw. Errors: those of ModelToDot.
absl::StatusOr<PlotGraph> MakePlotGraph(const Model& model, const PlotOptions& options);

// Text within markup: `<`, `>` and `&` as entities.
std::string EscapedMarkup(const std::string& text);

}  // namespace tricorn::keras
