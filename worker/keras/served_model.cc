#include "worker/keras/served_model.h"

#include <utility>

#include "core/backend/choice/open_device.h"
#include "core/base/status.h"
#include "core/keras/training/predictor.h"
#include "worker/keras/model_source.h"
#include "worker/keras/objects.h"

namespace tricorn::worker {
namespace {

PredictModel::Port PortOf(const std::string& name, const keras::KerasTensor& tensor) {
  std::vector<int64_t> row_shape;
  for (size_t axis = 1; axis < tensor.shape().size(); ++axis) {
    row_shape.push_back(tensor.shape()[axis].value_or(-1));
  }
  return {.name = name, .dtype = tensor.dtype(), .row_shape = Shape(std::move(row_shape))};
}

class ServedModel : public PredictModel {
 public:
  ServedModel(std::shared_ptr<keras::Model> model, std::unique_ptr<backend::Device> device,
              int threads)
      : model_(std::move(model)),
        device_(std::move(device)),
        predictor_(*model_, *device_, threads) {
    for (size_t i = 0; i < model_->inputs().size(); ++i) {
      inputs_.push_back(PortOf(model_->input_names()[i], model_->inputs()[i]));
    }
    for (size_t i = 0; i < model_->outputs().size(); ++i) {
      outputs_.push_back(PortOf(model_->output_names()[i], model_->outputs()[i]));
    }
  }

  const std::vector<Port>& inputs() const override { return inputs_; }
  const std::vector<Port>& outputs() const override { return outputs_; }
  absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& inputs) override {
    return predictor_.Predict(inputs);
  }

 private:
  const std::shared_ptr<keras::Model> model_;
  const std::unique_ptr<backend::Device> device_;
  keras::Predictor predictor_;
  std::vector<Port> inputs_, outputs_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PredictModel>> LoadServedModel(std::string bytes,
                                                              const EngineOptions& options) {
  ASSIGN_OR_RETURN(const keras::Registries objects, ObjectsWithPlugins(options.plugin_directory));
  ASSIGN_OR_RETURN(const keras::LoadedModel loaded, LoadJobModel(bytes, "", /*seed=*/0, objects));
  RETURN_IF_ERROR(loaded.model->status());
  if (loaded.model->inputs().empty()) {
    return FailedPrecondition("model {}: expected one with an input shape, received one without",
                              loaded.model->name());
  }
  ASSIGN_OR_RETURN(backend::OpenedDevice opened,
                   backend::OpenDevice(options.device, {.allow_tf32 = options.allow_tf32}));
  return std::make_unique<ServedModel>(loaded.model, std::move(opened.device), options.threads);
}

}  // namespace tricorn::worker
