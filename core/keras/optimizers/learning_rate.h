#pragma once

#include <memory>

#include "core/base/json.h"
#include "core/keras/schedules/schedule.h"

namespace tricorn::keras {

// A number, or a schedule of the update count.
class LearningRate {
 public:
  LearningRate(double value = 0.001) : value_(static_cast<float>(value)) {}  // NOLINT
  LearningRate(std::shared_ptr<const Schedule> schedule)                     // NOLINT
      : schedule_(std::move(schedule)) {}

  const Schedule* schedule() const { return schedule_.get(); }  // nullptr for a number
  float value() const { return value_; }

  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  // Equal when they serialize to the same.
  friend bool operator==(const LearningRate& a, const LearningRate& b);
  // A number lives in a float32 variable, so it is written as that, widened.
  friend Json ToJson(const LearningRate& rate);

 private:
  float value_ = 0;
  std::shared_ptr<const Schedule> schedule_;
};

}  // namespace tricorn::keras
