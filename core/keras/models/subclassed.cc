#include "core/keras/models/subclassed.h"

#include "core/base/status.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/naming.h"

namespace tricorn::keras::models {
namespace {

const std::vector<KerasTensor>& NoTensors() {
  static const std::vector<KerasTensor> kNone;
  return kNone;
}

}  // namespace

const std::vector<KerasTensor>& Subclassed::inputs() const {
  return functional_ == nullptr ? NoTensors() : functional_->inputs();
}

const std::vector<KerasTensor>& Subclassed::outputs() const {
  return functional_ == nullptr ? NoTensors() : functional_->outputs();
}

std::vector<std::shared_ptr<Layer>> Subclassed::layers() const {
  std::vector<std::shared_ptr<Layer>> layers;
  for (Child& child : children()) layers.push_back(std::move(child.layer));
  return layers;
}

absl::Status Subclassed::BuildWith(const CallArguments<SymbolicType>& arguments) {
  if (arguments.args.size() != 1) {
    return InvalidArgument("expected one argument, received {}", arguments.args.size());
  }
  const std::vector<std::shared_ptr<Layer>> own = layers();
  RETURN_IF_ERROR(NameOperations({own.begin(), own.end()}));
  const Nest<KerasTensor> inputs = arguments.args[0].Map([](const SymbolicType& type) {
    return Input({.batch_shape = type.shape, .dtype = type.dtype});
  });
  functional_ = std::make_unique<Functional>(inputs, Compose(inputs));
  RETURN_IF_ERROR(functional_->status());
  AssignPaths("");
  return absl::OkStatus();
}

ir::Values Subclassed::CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) {
  return functional_->CallWith(context, arguments);
}

}  // namespace tricorn::keras::models
