#pragma once

#include <memory>

#include "core/base/json.h"
#include "core/keras/schedules/schedule.h"

namespace tricorn::keras {

// A number, or a schedule of the update count.
class LearningRate {
 public:
  LearningRate() = default;  // the rule's default
  LearningRate(double value) : is_set_(true), value_(static_cast<float>(value)) {}  // NOLINT
  LearningRate(std::shared_ptr<const Schedule> schedule)                            // NOLINT
      : is_set_(true), schedule_(std::move(schedule)) {}

  const Schedule* schedule() const { return schedule_.get(); }  // nullptr for a number
  float value() const { return value_; }
  bool is_set() const { return is_set_; }

  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  // Equal when they serialize to the same.
  friend bool operator==(const LearningRate& a, const LearningRate& b);
  // A number lives in a float32 variable, so it is written as that, widened.
  friend Json ToJson(const LearningRate& rate);

 private:
  bool is_set_ = false;
  float value_ = 0;
  std::shared_ptr<const Schedule> schedule_;
};

}  // namespace tricorn::keras
