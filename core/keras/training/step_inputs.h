#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/ir/type.h"
#include "core/keras/training/step_trace.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// The samples of one step or shard, on the host: columns by role, in the model's order.
struct StepInputs {
  std::vector<Tensor> x;
  std::vector<Tensor> y;
  std::vector<Tensor> sample_weight;
  // The outputs that y and sample_weight belong to; empty: one after the other, and a single
  // sample_weight to all.
  std::vector<size_t> y_outputs = {};
  std::vector<size_t> weight_outputs = {};

  int64_t rows() const { return x.empty() ? 0 : x[0].shape()[0]; }
  // In the order x, y, sample_weight, named "x0", "x1", ..., "y0", ...
  std::vector<std::pair<std::string, ir::Type>> Types() const;
  std::vector<Tensor> Tensors() const;
  // The graph values of Types(), by role and output.
  BatchValues Values(ir::Operands arguments) const;
  // The labels of an output; null where it has none.
  const Tensor* YOf(size_t output) const;
  // Distinguishes shapes and dtypes, for caches of compiled functions.
  std::string Key() const;
  // One row of zeros of the same columns.
  StepInputs OneZeroRow() const;
};

// Which column of a dataset feeds which input and output.
class ColumnMap {
 public:
  // Columns called "x/NAME" and "y/NAME" go by name, others by position. Outputs may lack labels
  // and weights where columns go by name.
  // Errors: InvalidArgument for columns that fit no input or output, or are missing.
  static absl::StatusOr<ColumnMap> Make(const std::vector<Column>& columns,
                                        const std::vector<std::string>& input_names,
                                        const std::vector<std::string>& output_names, bool needs_y);
  StepInputs Apply(const std::vector<Tensor>& columns) const;
  size_t num_y() const { return y_.size(); }

 private:
  std::vector<size_t> x_, y_, sample_weight_;       // indices of columns
  std::vector<size_t> y_outputs_, weight_outputs_;  // as StepInputs
};

}  // namespace tricorn::keras
