#include "core/keras/saving/staged_weights.h"

#include "core/base/status.h"

namespace tricorn::keras {

absl::Status StagedWeights::Add(const std::string& subject, const std::vector<Variable*>& variables,
                                const std::vector<Tensor>& values) {
  if (values.size() != variables.size()) {
    return InvalidArgument("{}: expected {} variables, received {}", subject, variables.size(),
                           values.size());
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const Shape& expected = variables[i]->type.shape;
    if (values[i].shape() == expected) continue;
    return InvalidArgument("{}: expected shape {}, received {}", variables[i]->path,
                           expected.ToString(), values[i].shape().ToString());
  }
  for (size_t i = 0; i < values.size(); ++i) values_.emplace_back(variables[i], values[i]);
  return absl::OkStatus();
}

void StagedWeights::Set() {
  for (auto& [variable, value] : values_) {
    const DType dtype = variable->type.dtype;
    variable->value = value.dtype() == dtype ? std::move(value) : value.Cast(dtype);
  }
  values_.clear();
}

}  // namespace tricorn::keras
