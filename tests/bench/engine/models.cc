#include "tests/bench/engine/models.h"

#include "core/base/random.h"
#include "core/base/status.h"
#include "core/keras/dtype_policies/dtype_policy.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/embedding.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/pooling/max_pooling.h"
#include "core/keras/layers/recurrent/lstm.h"
#include "core/keras/layers/regularization/dropout.h"
#include "core/keras/layers/reshaping/flatten.h"
#include "core/keras/models/sequential.h"
#include "tests/bench/engine/resnet.h"

namespace tricorn::bench {
namespace {

using keras::Conv2D;
using keras::Dense;
using keras::Dropout;
using keras::Embedding;
using keras::Flatten;
using keras::Input;
using keras::LSTM;
using keras::MaxPooling2D;
using keras::Sequential;
using keras::SequentialItem;

constexpr int64_t kVocabulary = 20000;
constexpr int64_t kImageClasses = 1000;

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

// The last step of `num_layers` LSTMs over ids.
Sequential Lstm(int64_t length, int64_t units, int num_layers) {
  std::vector<SequentialItem> layers = {Input({.shape = {{length}}, .dtype = DType::kI32}),
                                        Embedding({.input_dim = kVocabulary, .output_dim = 128})};
  for (int i = 0; i < num_layers; ++i) {
    layers.push_back(LSTM({.return_sequences = i + 1 < num_layers, .units = units}));
  }
  layers.push_back(Dense({.units = 2}));
  return Sequential(std::move(layers));
}

absl::StatusOr<std::shared_ptr<keras::Model>> Architecture(const Workload& workload) {
  if (const std::optional<TransformerConfig> transformer = workload.transformer()) {
    return MakeTransformer(*transformer);
  }
  const std::string& name = workload.name;
  if (name == "mlp") return Mlp();
  if (name == "cnn") return Cnn();
  if (name == "resnet50") return MakeResNet50(workload.image_size(), kImageClasses);
  const int64_t length = workload.sequence_length();
  if (name == "lstm") return Lstm(length, workload.smoke ? 64 : 512, 2);
  if (name == "lstm_small") return Lstm(length, workload.smoke ? 64 : 128, 1);
  return Unimplemented("{}: expected a workload of the harness, received another name", name);
}

Tensor RandomIntegers(Shape shape, int64_t below, uint64_t stream) {
  Tensor x = Tensor::Uninitialized(DType::kI32, std::move(shape));
  PhiloxStream random(0, stream);
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    x.data<int32_t>()[i] = static_cast<int32_t>(random.Below(static_cast<uint64_t>(below)));
  }
  return x;
}

// What layers compute in; the device decides whether float32 products may round to TF32.
absl::StatusOr<keras::DTypePolicy> Policy(const Workload& workload) {
  if (workload.dtype == "bf16") return keras::DTypePolicy("mixed_bfloat16");
  if (workload.dtype == "fp32" || workload.dtype == "tf32") return keras::DTypePolicy("float32");
  return InvalidArgument("dtype: expected fp32, tf32 or bf16, received {}", workload.dtype);
}

bool IsDecoder(const Workload& workload) {
  const std::optional<TransformerConfig> transformer = workload.transformer();
  return transformer && transformer->is_decoder();
}

Json Serialized(const char* module, const char* class_name, Json config) {
  return Json::MakeObject(
      {{"module", module}, {"class_name", class_name}, {"config", std::move(config)}});
}

Json OptimizerOf(const Workload& workload) {
  if (workload.name == "resnet50") {
    return Serialized("keras.optimizers", "SGD",
                      Json::MakeObject({{"learning_rate", 0.01}, {"momentum", 0.9}}));
  }
  if (IsDecoder(workload)) {
    return Serialized("keras.optimizers", "AdamW",
                      Json::MakeObject({{"learning_rate", 3e-4}, {"weight_decay", 0.1}}));
  }
  return Serialized("keras.optimizers", "Adam", Json::MakeObject({{"learning_rate", 1e-3}}));
}

Shape ImageShape(const Workload& workload, int64_t batch) {
  if (workload.name == "mlp") return {batch, 784};
  if (workload.name == "cnn") return {batch, 28, 28, 1};
  return {batch, workload.image_size(), workload.image_size(), 3};
}

}  // namespace

absl::StatusOr<std::shared_ptr<keras::Model>> MakeModel(const Workload& workload) {
  ASSIGN_OR_RETURN(const keras::DTypePolicy policy, Policy(workload));
  const keras::DTypePolicyScope scope(policy);
  ASSIGN_OR_RETURN(const std::shared_ptr<keras::Model> model, Architecture(workload));
  RETURN_IF_ERROR(model->status());
  model->set_compile_config(
      Json::MakeObject({{"optimizer", OptimizerOf(workload)},
                        {"loss", Serialized("keras.losses", "SparseCategoricalCrossentropy",
                                            Json::MakeObject({{"from_logits", true}}))}}));
  return model;
}

Tensor RandomInputs(const Workload& workload, int64_t batch) {
  if (const std::optional<TransformerConfig> c = workload.transformer()) {
    return RandomIntegers({batch, c->length}, c->vocabulary, 1);
  }
  if (workload.name.starts_with("lstm")) {
    return RandomIntegers({batch, workload.sequence_length()}, kVocabulary, 1);
  }
  Tensor x = Tensor::Uninitialized(DType::kF32, ImageShape(workload, batch));
  PhiloxStream random(0, 1);
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<float>()[i] = random.Uniform();
  return x;
}

Tensor RandomLabels(const Workload& workload, int64_t batch) {
  if (const std::optional<TransformerConfig> c = workload.transformer()) {
    if (c->is_decoder()) return RandomIntegers({batch, c->length}, c->vocabulary, 2);
    return RandomIntegers({batch}, c->classes, 2);
  }
  if (workload.name == "resnet50") return RandomIntegers({batch}, kImageClasses, 2);
  return RandomIntegers({batch}, workload.name.starts_with("lstm") ? 2 : 10, 2);
}

}  // namespace tricorn::bench
