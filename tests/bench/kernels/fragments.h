#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/ir/graph.h"

namespace tricorn::bench {

// A piece of a training step.
struct Fragment {
  std::string name;
  ir::Graph graph;
  std::vector<std::pair<int32_t, int32_t>> donations = {};  // as in CompileOptions

  int64_t nbytes() const;  // of its inputs and outputs, each once
};

std::vector<Fragment> Fragments();

}  // namespace tricorn::bench
