#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/comm/communicator.h"
#include "core/data/shard.h"
#include "core/tensor/tensor.h"

namespace tricorn::worker {

// The part of `rows` that a rank computes.
RowRange PartOf(int64_t rows, int rank, int world_size);

// All rows of every output of a prediction; each rank fills in its own.
class PredictedRows {
 public:
  explicit PredictedRows(int64_t rows) : rows_(rows) {}

  // The outputs, one tensor each, of the rows in `range`.
  // Errors: InvalidArgument for an output that has not one row for each of the range's, or whose
  // rows differ in type or shape from those before.
  absl::Status Put(RowRange range, const std::vector<Tensor>& outputs);
  // Gives every rank the rows of all.
  absl::Status Share(comm::Communicator& communicator);

  const std::vector<Tensor>& outputs() const { return whole_; }

 private:
  const int64_t rows_;
  std::vector<Tensor> whole_;
};

}  // namespace tricorn::worker
