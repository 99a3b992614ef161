#include "worker/keras/predicted_rows.h"

#include <cstring>
#include <utility>

#include "core/base/status.h"

namespace tricorn::worker {
namespace {

Shape WithRows(Shape shape, int64_t rows) {
  shape[0] = rows;
  return shape;
}

}  // namespace

RowRange PartOf(int64_t rows, int rank, int world_size) {
  return {rows * rank / world_size, rows * (rank + 1) / world_size};
}

absl::Status PredictedRows::Put(RowRange range, const std::vector<Tensor>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    if (output.shape().rank() == 0 || output.shape()[0] != range.size()) {
      return InvalidArgument(
          "output {}: expected {} rows, one for each of the input's, received {}", i, range.size(),
          output.ToString());
    }
    if (i == whole_.size()) whole_.emplace_back(output.dtype(), WithRows(output.shape(), rows_));
    Tensor& whole = whole_[i];
    if (output.dtype() != whole.dtype() ||
        output.shape() != WithRows(whole.shape(), range.size())) {
      return InvalidArgument("output {}: expected rows as those before, {}, received {}", i,
                             Tensor(whole.dtype(), WithRows(whole.shape(), 0)).ToString(),
                             output.ToString());
    }
    std::memcpy(whole.Rows(range.begin, range.end).bytes(), output.bytes(),
                static_cast<size_t>(output.nbytes()));
  }
  return absl::OkStatus();
}

absl::Status PredictedRows::Share(comm::Communicator& communicator) {
  for (int rank = 0; rank < communicator.size(); ++rank) {
    const RowRange part = PartOf(rows_, rank, communicator.size());
    for (Tensor& output : whole_) {
      Tensor rows = output.Rows(part.begin, part.end);
      RETURN_IF_ERROR(communicator.Broadcast(rows.bytes(), rows.nbytes(), rank));
    }
  }
  return absl::OkStatus();
}

}  // namespace tricorn::worker
