#include "core/keras/optimizers/learning_rate.h"

namespace tricorn::keras {

absl::Status LearningRate::Decode(const Json& json, const Deserializer& deserializer) {
  if (json.is_number()) {
    *this = LearningRate(json.AsDouble());
    return absl::OkStatus();
  }
  if (!json.is_object()) return WrongKind("number or learning rate schedule", json);
  ASSIGN_OR_RETURN(std::shared_ptr<Schedule> schedule, deserializer.Object<Schedule>(json));
  *this = LearningRate(std::shared_ptr<const Schedule>(std::move(schedule)));
  return absl::OkStatus();
}

Json ToJson(const LearningRate& rate) {
  return rate.schedule_ == nullptr ? Json(rate.value_) : SerializeObject(*rate.schedule_);
}

bool operator==(const LearningRate& a, const LearningRate& b) { return ToJson(a) == ToJson(b); }

}  // namespace tricorn::keras
