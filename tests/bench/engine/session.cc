#include "tests/bench/engine/session.h"

#include <cstring>

#include "core/base/status.h"

namespace tricorn::bench {
namespace {

// `times` copies of the rows of x, one behind the other.
Tensor Repeated(const Tensor& x, int64_t times) {
  Shape shape = x.shape();
  shape[0] *= times;
  Tensor whole = Tensor::Uninitialized(x.dtype(), std::move(shape));
  for (int64_t i = 0; i < times; ++i) {
    std::memcpy(whole.bytes() + i * x.nbytes(), x.bytes(), static_cast<size_t>(x.nbytes()));
  }
  return whole;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Make(backend::Device& device,
                                                       const Workload& workload, int num_threads) {
  ASSIGN_OR_RETURN(std::shared_ptr<keras::Model> model, MakeModel(workload));
  std::unique_ptr<Session> session(new Session(device, workload, std::move(model)));
  ASSIGN_OR_RETURN(session->trainer_, keras::Trainer::Create(*session->model_, device,
                                                             {.threads_per_shard = num_threads}));
  session->batch_ = {.x = {RandomInputs(workload, workload.batch)},
                     .y = {RandomLabels(workload, workload.batch)},
                     .sample_weight = {}};
  for (const Tensor& tensor : session->batch_.Tensors()) {
    ASSIGN_OR_RETURN(session->arguments_.emplace_back(), device.Allocate(tensor.nbytes()));
    RETURN_IF_ERROR(device.Upload(tensor, session->arguments_.back()));
  }
  ASSIGN_OR_RETURN(session->step_, session->trainer_->TrainStep(session->batch_));
  session->predictor_ = std::make_unique<keras::Predictor>(*session->model_, device, num_threads);
  return session;
}

absl::Status Session::Step() { return step_->RunOnDevice(batch_, arguments_); }

absl::Status Session::Synchronize() { return device_.Synchronize(); }

absl::StatusOr<double> Session::Loss() {
  RETURN_IF_ERROR(trainer_->ResetMetrics());
  RETURN_IF_ERROR(Step());
  ASSIGN_OR_RETURN(const keras::Logs logs, trainer_->CurrentLogs());
  return logs.at("loss");
}

absl::Status Session::PrepareFit(int64_t steps) {
  ASSIGN_OR_RETURN(dataset_, Dataset::FromTensors({{"x", Repeated(batch_.x[0], steps)},
                                                   {"y", Repeated(batch_.y[0], steps)}}));
  return absl::OkStatus();
}

absl::Status Session::Fit() {
  return trainer_->Fit(*dataset_, nullptr, {.batch_size = workload_.batch}).status();
}

absl::Status Session::PreparePredict(int64_t batch) {
  images_ = {RandomInputs(workload_, batch)};
  return predictor_->WarmUp(batch);
}

absl::Status Session::Predict() { return predictor_->Predict(images_).status(); }

}  // namespace tricorn::bench
