#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/keras/layers/variable.h"

namespace tricorn::keras {

// Keras's arguments of `summary`.
struct SummaryOptions {
  std::optional<int> line_length = std::nullopt;  // 88, with connections 108, and 12 for trainable
  std::vector<double> positions = {};             // where columns end, as parts of the line
  bool expand_nested = false;                     // the layers of models inside follow these
  bool show_trainable = false;
  // Patterns of the names of the first and the last layer to show.
  std::optional<std::pair<std::string, std::string>> layer_range = std::nullopt;
  std::vector<const Variable*> optimizer_variables = {};  // counted where there are some
};

}  // namespace tricorn::keras
