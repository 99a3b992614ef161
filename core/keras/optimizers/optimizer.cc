#include "core/keras/optimizers/optimizer.h"

#include <algorithm>

namespace tricorn::keras {

Optimizer::Optimizer(std::string name, const LearningRate& rate) : name_(std::move(name)) {
  iteration_ = AddVariable(name_ + "/iteration", Tensor::Scalar<int32_t>(0));
  if (rate.schedule() == nullptr) {
    learning_rate_ = AddVariable(name_ + "/learning_rate", Tensor::Scalar<float>(rate.value()));
  }
}

Variable* Optimizer::AddVariable(std::string path, Tensor value, int weight) {
  auto variable = std::make_unique<Variable>();
  variable->name = path.substr(path.rfind('/') + 1);
  variable->path = std::move(path);
  variable->type = {value.dtype(), value.shape()};
  variable->value = std::move(value);
  variable->trainable = false;
  variable->aggregation = Aggregation::kOwn;
  variables_.push_back(std::move(variable));
  weight_of_.push_back(weight);
  return variables_.back().get();
}

absl::Status Optimizer::Build(std::span<Variable* const> trainable) {
  if (built_) {
    if (std::equal(trainable.begin(), trainable.end(), trainable_.begin(), trainable_.end())) {
      return absl::OkStatus();
    }
    return FailedPrecondition("{}: expected the {} weights it was built for, received {} others",
                              name_, trainable_.size(), trainable.size());
  }
  built_ = true;
  trainable_.assign(trainable.begin(), trainable.end());
  return WithSubject(MakeState(), name_);
}

absl::Status Optimizer::CheckCanBeParted() const {
  return Unimplemented(
      "{}: expected an optimizer whose state can be shared out, received one that does not say so",
      name_);
}

ir::Value Optimizer::Rate(CallContext& context) const {
  CHECK(learning_rate_variable() != nullptr);
  return context.Read(*learning_rate_variable());
}

std::vector<Variable*> Optimizer::variables() const {
  std::vector<Variable*> all;
  for (const auto& variable : variables_) all.push_back(variable.get());
  return all;
}

}  // namespace tricorn::keras
