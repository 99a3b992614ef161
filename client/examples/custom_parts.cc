// Trains with a layer, a loss, a metric, an optimizer and a callback of one's own, in one program:
//
//   custom_parts MODEL.keras
//
// saves the model, which a program that knows the same classes loads again.

#include <cmath>
#include <iostream>
#include <numbers>

#include "client/examples/custom_parts.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/local/local_model.h"
#include "core/keras/models/sequential.h"

namespace {

using tricorn::DType;
using tricorn::Tensor;

// A sine over [-1, 1].
absl::StatusOr<tricorn::Dataset> Sine(int64_t rows) {
  tricorn::PhiloxStream random(1);
  Tensor x(DType::kF32, {rows, 1});
  Tensor y(DType::kF32, {rows, 1});
  for (int64_t i = 0; i < rows; ++i) {
    x.data<float>()[i] = random.Uniform() * 2 - 1;
    y.data<float>()[i] = std::sin(std::numbers::pi_v<float> * x.data<float>()[i]);
  }
  return tricorn::keras::DatasetOf(x, y);
}

absl::Status Run(const std::string& path) {
  namespace keras = tricorn::keras;
  keras::Registries objects = keras::BuiltinObjects();
  examples::AddCustomParts(objects);

  const keras::LayerOf<examples::ScaledTanh> scaled_tanh({.scale = 1.5});
  const keras::Sequential sequential({keras::Input({.shape = {{1}}}), keras::Dense({.units = 16}),
                                      scaled_tanh, keras::Dense({.units = 1})});
  keras::LocalModel model(sequential, /*seed=*/0, objects);
  RETURN_IF_ERROR(model.Compile({.optimizer = examples::SignDescent({.learning_rate = 0.01}),
                                 .loss = examples::CappedError({.cap = 4}),
                                 .metrics = {examples::Within({.distance = 0.2})}}));
  ASSIGN_OR_RETURN(const tricorn::Dataset data, Sine(512));
  examples::StopBelow stop({.loss = 0.02});
  keras::Callback* callbacks[] = {&stop};
  ASSIGN_OR_RETURN(const keras::History history,
                   model.Fit(data, {.batch_size = 32, .epochs = 30}, nullptr, callbacks));
  std::cout << history.epochs.size() << " epochs, loss " << history.values.at("loss").back()
            << ", within 0.2: " << history.values.at("within").back() << "\n";

  RETURN_IF_ERROR(model.Save(path));
  ASSIGN_OR_RETURN(keras::LocalModel loaded, keras::LocalModel::Load(path, objects));
  ASSIGN_OR_RETURN(const keras::Logs logs, loaded.Evaluate(data));
  std::cout << "loaded again: loss " << logs.at("loss") << "\n";
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: custom_parts MODEL.keras\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
