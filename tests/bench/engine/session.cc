#include "tests/bench/engine/session.h"

#include "core/base/status.h"

namespace tricorn::bench {

absl::StatusOr<std::unique_ptr<Session>> Session::Make(backend::Device& device,
                                                       const Workload& workload, int num_threads) {
  ASSIGN_OR_RETURN(std::shared_ptr<keras::Model> model, MakeModel(workload));
  std::unique_ptr<Session> session(new Session(workload, std::move(model)));
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

absl::StatusOr<double> Session::Loss() {
  RETURN_IF_ERROR(trainer_->ResetMetrics());
  RETURN_IF_ERROR(Step());
  ASSIGN_OR_RETURN(const keras::Logs logs, trainer_->CurrentLogs());
  return logs.at("loss");
}

absl::Status Session::PreparePredict(int64_t batch) {
  images_ = {RandomInputs(workload_, batch)};
  return predictor_->WarmUp(batch);
}

absl::Status Session::Predict() { return predictor_->Predict(images_).status(); }

}  // namespace tricorn::bench
