#pragma once

#include <vector>

#include "core/ir/builder.h"

namespace tricorn::transform {

// Which operands and results of a scan are of use, where only some results are read: a carry is if
// its last value is read or a step's useful value depends on it.
class ScanLiveness {
 public:
  ScanLiveness(const ir::Node& scan, const std::vector<bool>& results_read);

  const std::vector<bool>& operands() const { return operands_; }
  // The scan without the rest; none in place of the results that it no longer has. `operands` may
  // be none where they are of no use.
  ir::Values Prune(ir::Builder& builder, ir::Operands operands) const;

 private:
  ir::Graph PrunedBody() const;

  const ir::Node& scan_;
  std::vector<bool> operands_;  // and inputs of the body
  std::vector<bool> results_;   // and outputs of the body
  std::vector<bool> values_;    // of the body
};

}  // namespace tricorn::transform
