#include "core/keras/callbacks/learning_rate_scheduler.h"

#include "core/backend/reference/reference.h"
#include "core/base/status.h"
#include "core/keras/callbacks/rate_logs.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

absl::StatusOr<double> EpochSchedule::operator()(int64_t epoch, double rate) const {
  if (function_) return function_(epoch, rate);
  ir::Builder builder;
  const ir::Value step = ops::Scalar(builder, static_cast<double>(epoch), DType::kF32);
  ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish({{"rate", (*schedule_)(step)}}));
  const std::unique_ptr<backend::Device> device = backend::MakeReferenceDevice();
  ASSIGN_OR_RETURN(const std::vector<Tensor> values, device->Evaluate(graph, {}));
  return values[0].At(0);
}

absl::Status EpochSchedule::Decode(const Json& json, const Deserializer& deserializer) {
  ASSIGN_OR_RETURN(schedule_, deserializer.Object<Schedule>(json));
  function_ = nullptr;
  return absl::OkStatus();
}

Json ToJson(const EpochSchedule& schedule) {
  return schedule.schedule_ == nullptr ? Json() : SerializeObject(*schedule.schedule_);
}

bool operator==(const EpochSchedule& a, const EpochSchedule& b) { return ToJson(a) == ToJson(b); }

absl::Status LearningRateScheduler::CheckConfig(const LearningRateSchedulerConfig& config) {
  if (config.schedule) return absl::OkStatus();
  return InvalidArgument("schedule: expected a schedule or a function, received none");
}

absl::Status LearningRateScheduler::OnEpochBegin(Trainer& trainer, int64_t epoch) {
  for (const Optimizer* member : trainer.optimizer().members()) {
    ASSIGN_OR_RETURN(double rate, trainer.LearningRate(*member));
    ASSIGN_OR_RETURN(rate, config_.schedule(epoch, rate));
    RETURN_IF_ERROR(trainer.SetLearningRate(*member, rate));
  }
  return absl::OkStatus();
}

absl::Status LearningRateScheduler::OnEpochEnd(Trainer& trainer, int64_t, Logs& logs) {
  return AddLearningRates(trainer, logs);
}

}  // namespace tricorn::keras
