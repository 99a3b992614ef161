#include "core/keras/callbacks/callback_state.h"

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

std::string Item(const std::string& name, size_t index) {
  return name + "/" + std::to_string(index);
}

}  // namespace

void StateWriter::Add(const std::string& name, int64_t value) {
  state_.emplace(name, Tensor::From<int64_t>({}, {value}));
}

void StateWriter::Add(const std::string& name, const std::optional<double>& value) {
  if (value) state_.emplace(name, Tensor::From<double>({}, {*value}));
}

void StateWriter::Add(const std::string& name, const std::optional<std::vector<Tensor>>& values) {
  if (!values) return;
  for (size_t i = 0; i < values->size(); ++i) state_.emplace(Item(name, i), (*values)[i]);
}

const Tensor* StateReader::Scalar(const std::string& name, DType dtype) {
  const auto found = state_.find(name);
  if (found != state_.end() && found->second.dtype() == dtype &&
      found->second.num_elements() == 1) {
    return &found->second;
  }
  if (status_.ok()) {
    status_ = InvalidArgument("{}: {}: expected one {}, received {}", owner_, name, Name(dtype),
                              found == state_.end() ? "none" : found->second.ToString());
  }
  return nullptr;
}

void StateReader::Read(const std::string& name, int64_t* value) {
  if (const Tensor* tensor = Scalar(name, DType::kI64)) *value = tensor->data<int64_t>()[0];
}

void StateReader::Read(const std::string& name, std::optional<double>* value) {
  value->reset();
  if (!state_.contains(name)) return;
  if (const Tensor* tensor = Scalar(name, DType::kF64)) *value = tensor->data<double>()[0];
}

void StateReader::Read(const std::string& name, std::optional<std::vector<Tensor>>* values) {
  values->reset();
  for (size_t i = 0; state_.contains(Item(name, i)); ++i) {
    if (!*values) values->emplace();
    (*values)->push_back(state_.at(Item(name, i)));
  }
}

}  // namespace tricorn::keras
