#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "core/keras/callbacks/callback_with.h"
#include "core/keras/schedules/schedule.h"

namespace tricorn::keras {

// The rate of an epoch, from its index and the rate before: a function, or a schedule of epochs,
// which serializes.
class EpochSchedule {
 public:
  using Function = std::function<double(int64_t epoch, double rate)>;
  EpochSchedule() = default;
  EpochSchedule(Function function) : function_(std::move(function)) {}  // NOLINT
  EpochSchedule(std::shared_ptr<const Schedule> schedule)               // NOLINT
      : schedule_(std::move(schedule)) {}

  explicit operator bool() const { return function_ != nullptr || schedule_ != nullptr; }
  absl::StatusOr<double> operator()(int64_t epoch, double rate) const;

  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  // Null for a function.
  friend Json ToJson(const EpochSchedule& schedule);
  friend bool operator==(const EpochSchedule& a, const EpochSchedule& b);

 private:
  Function function_;
  std::shared_ptr<const Schedule> schedule_;
};

struct LearningRateSchedulerConfig {
  EpochSchedule schedule;
  int64_t verbose = 0;  // kept for the config; nothing is printed
  FIELDS(schedule, verbose)
};
// Sets the learning rate at the beginning of each epoch, and adds it to the logs.
// Errors: InvalidArgument without a schedule; FailedPrecondition for an optimizer whose rate is
// scheduled already.
class LearningRateScheduler
    : public CallbackWith<LearningRateScheduler, LearningRateSchedulerConfig> {
 public:
  static constexpr std::string_view kClassName = "LearningRateScheduler";
  using CallbackWith::CallbackWith;
  static absl::Status CheckConfig(const LearningRateSchedulerConfig& config);

  absl::Status OnTrainBegin(Trainer&, FitOptions&) override { return Check(); }
  absl::Status OnEpochBegin(Trainer& trainer, int64_t epoch) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
};

}  // namespace tricorn::keras
