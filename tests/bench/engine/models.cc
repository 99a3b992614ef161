#include "tests/bench/engine/models.h"

#include "core/base/random.h"
#include "core/base/status.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/pooling/max_pooling.h"
#include "core/keras/layers/regularization/dropout.h"
#include "core/keras/layers/reshaping/flatten.h"
#include "core/keras/models/sequential.h"

namespace tricorn::bench {
namespace {

using keras::Conv2D;
using keras::Dense;
using keras::Dropout;
using keras::Flatten;
using keras::Input;
using keras::MaxPooling2D;
using keras::Sequential;

Sequential Mlp() {
  return Sequential({Input({.shape = {{784}}}), Dense({.units = 512, .activation = "relu"}),
                     Dense({.units = 512, .activation = "relu"}), Dense({.units = 10})});
}

Sequential Cnn() {
  return Sequential({Input({.shape = {{28, 28, 1}}}),
                     Conv2D({.filters = 32, .kernel_size = 3, .activation = "relu"}),
                     MaxPooling2D(),
                     Conv2D({.filters = 64, .kernel_size = 3, .activation = "relu"}),
                     MaxPooling2D(), Flatten(), Dropout({.rate = 0.5}), Dense({.units = 10})});
}

Json Serialized(const char* module, const char* class_name, Json config) {
  return Json::MakeObject(
      {{"module", module}, {"class_name", class_name}, {"config", std::move(config)}});
}

}  // namespace

absl::StatusOr<std::shared_ptr<keras::Model>> MakeModel(const Workload& workload) {
  const bool is_known = workload.name == "mlp" || workload.name == "cnn";
  if (!is_known || workload.dtype != "fp32") return Unimplemented("unsupported");
  const std::shared_ptr<keras::Model> model = workload.name == "mlp" ? Mlp() : Cnn();
  RETURN_IF_ERROR(model->status());
  model->set_compile_config(
      Json::MakeObject({{"optimizer", Serialized("keras.optimizers", "Adam",
                                                 Json::MakeObject({{"learning_rate", 1e-3}}))},
                        {"loss", Serialized("keras.losses", "SparseCategoricalCrossentropy",
                                            Json::MakeObject({{"from_logits", true}}))}}));
  return model;
}

Tensor RandomImages(const Workload& workload, int64_t batch) {
  Tensor x = Tensor::Uninitialized(
      DType::kF32, workload.name == "mlp" ? Shape{batch, 784} : Shape{batch, 28, 28, 1});
  PhiloxStream random(0, 1);
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<float>()[i] = random.Uniform();
  return x;
}

Tensor RandomLabels(int64_t batch) {
  Tensor y = Tensor::Uninitialized(DType::kI32, {batch});
  PhiloxStream random(0, 2);
  for (int64_t i = 0; i < batch; ++i) {
    y.data<int32_t>()[i] = static_cast<int32_t>(random.Below(10));
  }
  return y;
}

}  // namespace tricorn::bench
