#include "worker/keras/predict_job.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/base/status.h"
#include "core/io/npz.h"
#include "core/keras/training/predictor.h"
#include "core/keras/training/step_inputs.h"

namespace tricorn::worker {
namespace {

absl::StatusOr<std::vector<Tensor>> ReadRows(const Dataset& dataset, RowRange range) {
  std::vector<int64_t> rows(static_cast<size_t>(range.size()));
  std::iota(rows.begin(), rows.end(), range.begin);
  std::vector<Tensor> columns;
  for (const Column& column : dataset.columns()) {
    std::vector<int64_t> dims = {range.size()};
    dims.insert(dims.end(), column.rows->row_shape().begin(), column.rows->row_shape().end());
    Tensor tensor = Tensor::Uninitialized(column.rows->dtype(), Shape(std::move(dims)));
    RETURN_IF_ERROR(column.rows->ReadRows(rows, tensor.bytes()));
    columns.push_back(std::move(tensor));
  }
  return columns;
}

// The part of `rows` that a rank computes.
RowRange PartOf(int64_t rows, int rank, int world_size) {
  return {rows * rank / world_size, rows * (rank + 1) / world_size};
}

// All rows of every output; each rank fills in its own.
class Outputs {
 public:
  explicit Outputs(int64_t rows) : rows_(rows) {}

  absl::Status Put(int64_t begin, const std::vector<Tensor>& part) {
    const int64_t count = part.at(0).shape().rank() > 0 ? part[0].shape()[0] : 0;
    for (size_t i = 0; i < part.size(); ++i) {
      if (part[i].shape().rank() == 0 || part[i].shape()[0] != count) {
        return InvalidArgument("output {}: expected one row for each of the input's, received {}",
                               i, part[i].shape().ToString());
      }
      if (i == whole_.size()) {
        Shape shape = part[i].shape();
        shape[0] = rows_;
        whole_.emplace_back(part[i].dtype(), std::move(shape));
      }
      std::memcpy(whole_[i].Rows(begin, rows_).bytes(), part[i].bytes(),
                  static_cast<size_t>(part[i].nbytes()));
    }
    return absl::OkStatus();
  }
  absl::Status Share(comm::Communicator& communicator) {
    for (int rank = 0; rank < communicator.size(); ++rank) {
      const RowRange part = PartOf(rows_, rank, communicator.size());
      for (Tensor& output : whole_) {
        Tensor rows = output.Rows(part.begin, part.end);
        RETURN_IF_ERROR(communicator.Broadcast(rows.bytes(), rows.nbytes(), rank));
      }
    }
    return absl::OkStatus();
  }
  const std::vector<Tensor>& whole() const { return whole_; }

 private:
  const int64_t rows_;
  std::vector<Tensor> whole_;
};

}  // namespace

absl::StatusOr<EngineResult> RunPredictJob(JobSession& session, EngineEvents& events) {
  const v1::PredictArgs& args = session.spec().predict();
  const Dataset& data = session.task.data;
  comm::Communicator& communicator = session.task.communicator;
  const int64_t batch_size = BatchSizeOr(args.batch_size(), data.num_rows());
  const int64_t rows =
      args.steps() > 0 ? std::min(data.num_rows(), args.steps() * batch_size) : data.num_rows();
  ASSIGN_OR_RETURN(const keras::ColumnMap columns,
                   keras::ColumnMap::Make(data.columns(), session.model().input_names(), {},
                                          /*needs_y=*/false));
  keras::Predictor predictor(session.model(), session.device, session.task.threads, batch_size);
  auto predict = [&](RowRange range) -> absl::StatusOr<std::vector<Tensor>> {
    ASSIGN_OR_RETURN(const std::vector<Tensor> read, ReadRows(data, range));
    return predictor.Predict(columns.Apply(read).x);
  };

  v1::Progress progress;
  progress.set_phase("prediction");
  Outputs outputs(rows);
  const RowRange part = PartOf(rows, communicator.rank(), communicator.size());
  if (part.size() == 0) {  // for the outputs' types; another rank brings this row
    ASSIGN_OR_RETURN(const std::vector<Tensor> row, predict({0, 1}));
    RETURN_IF_ERROR(outputs.Put(0, row));
  }
  progress.set_steps((part.size() + batch_size - 1) / batch_size);
  for (int64_t begin = part.begin; begin < part.end; begin += batch_size) {
    events.OnProgress(progress);
    ASSIGN_OR_RETURN(const std::vector<Tensor> computed,
                     predict({begin, std::min(part.end, begin + batch_size)}));
    RETURN_IF_ERROR(outputs.Put(begin, computed));
    progress.set_step(progress.step() + 1);
  }
  RETURN_IF_ERROR(outputs.Share(communicator));

  EngineResult result;
  if (!session.leads()) return result;
  std::map<std::string, Tensor> arrays;
  const std::vector<std::string> names = session.model().output_names();
  for (size_t i = 0; i < outputs.whole().size(); ++i) {
    // A layer that gives several outputs gives all of them its name.
    const bool is_new = !arrays.contains(names[i]);
    arrays.emplace(is_new ? names[i] : fmt::format("{}_{}", names[i], i), outputs.whole()[i]);
  }
  ASSIGN_OR_RETURN(result.predictions, WriteNpz(arrays));
  return result;
}

}  // namespace tricorn::worker
