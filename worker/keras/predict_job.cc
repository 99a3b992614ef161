#include "worker/keras/predict_job.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/status.h"
#include "core/data/shard.h"
#include "core/io/npz.h"
#include "core/keras/training/predictor.h"
#include "core/keras/training/step_inputs.h"
#include "worker/keras/predicted_rows.h"

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

}  // namespace

absl::StatusOr<EngineResult> RunPredictJob(JobSession& session, EngineEvents& events) {
  const v1::PredictArgs& args = session.spec().predict();
  const Dataset& data = session.task.data;
  comm::Communicator& communicator = session.task.communicator;
  const int64_t batch_size = BatchSizeOr(args.batch_size(), data.num_rows());
  const bool is_cut = args.steps() > 0 && args.steps() <= data.num_rows() / batch_size;
  const int64_t rows = is_cut ? args.steps() * batch_size : data.num_rows();
  ASSIGN_OR_RETURN(const keras::ColumnMap columns,
                   keras::ColumnMap::Make(data.columns(), session.model().input_names(), {},
                                          /*needs_y=*/false));
  keras::Predictor predictor(session.model(), *session.device, session.task.threads, batch_size);
  auto predict = [&](RowRange range) -> absl::StatusOr<std::vector<Tensor>> {
    ASSIGN_OR_RETURN(const std::vector<Tensor> read, ReadRows(data, range));
    return predictor.Predict(columns.Apply(read).x);
  };

  v1::Progress progress;
  progress.set_phase("prediction");
  PredictedRows predicted(rows);
  const RowRange part = PartOf(rows, communicator.rank(), communicator.size());
  if (part.size() == 0) {  // for the outputs' types; another rank brings this row
    ASSIGN_OR_RETURN(const std::vector<Tensor> row, predict({0, 1}));
    RETURN_IF_ERROR(predicted.Put({0, 1}, row));
  }
  progress.set_steps(NumBatches(part.size(), batch_size));
  for (int64_t begin = part.begin; begin < part.end; begin += batch_size) {
    events.OnProgress(progress);
    const RowRange range = {begin, std::min(part.end, begin + batch_size)};
    ASSIGN_OR_RETURN(const std::vector<Tensor> computed, predict(range));
    RETURN_IF_ERROR(predicted.Put(range, computed));
    progress.set_step(progress.step() + 1);
  }
  RETURN_IF_ERROR(predicted.Share(communicator));

  EngineResult result;
  if (!session.leads()) return result;
  std::map<std::string, Tensor> arrays;
  const std::vector<std::string> names = session.model().output_names();
  for (size_t i = 0; i < predicted.outputs().size(); ++i) {
    // A layer that gives several outputs gives all of them its name.
    const bool is_new = !arrays.contains(names[i]);
    arrays.emplace(is_new ? names[i] : fmt::format("{}_{}", names[i], i), predicted.outputs()[i]);
  }
  ASSIGN_OR_RETURN(result.predictions, WriteNpz(arrays));
  return result;
}

}  // namespace tricorn::worker
