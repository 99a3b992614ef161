// Weights that a training call moves beside the optimizer. Numbers of real Keras 3.15.

#include <gtest/gtest.h>

#include <cmath>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/normalization/spectral_normalization.h"
#include "core/keras/local/local_model.h"
#include "core/keras/models/sequential.h"
#include "core/keras/optimizers/sgd.h"

namespace tricorn::keras {
namespace {

Tensor X() { return Tensor::From<float>({2, 3}, {0.5f, -1.25f, 2.0f, 1.5f, 0.25f, -0.75f}); }
Tensor Y() { return Tensor::From<float>({2, 2}, {1.0f, 0.0f, 0.5f, -1.0f}); }

Variable& WeightOf(LocalModel& model, std::string_view name) {
  for (Variable* variable : model.model().weights()) {
    if (variable->name == name) return *variable;
  }
  ADD_FAILURE() << "no weight " << name;
  static Variable none;
  return none;
}

void ExpectNear(const Tensor& got, const std::vector<double>& want) {
  ASSERT_EQ(got.num_elements(), static_cast<int64_t>(want.size()));
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.At(static_cast<int64_t>(i)), want[i], 1e-5 * std::abs(want[i]) + 1e-7) << i;
  }
}

// Trains a layer of two units for `steps` whole-batch steps of SGD from Keras's start.
void Train(LocalModel& model, int steps) {
  WeightOf(model, "kernel").value =
      Tensor::From<float>({3, 2}, {0.3f, -0.7f, 0.11f, 0.9f, -0.45f, 0.2f});
  WeightOf(model, "bias").value = Tensor::From<float>({2}, {0.1f, -0.3f});
  ASSERT_EQ(model.Compile({.optimizer = SGD({.learning_rate = 0.1}), .loss = "mse"}),
            absl::OkStatus());
  const Dataset data = *Dataset::FromTensors({{"x", X()}, {"y", Y()}});
  const auto history = model.Fit(data, {.batch_size = 2, .epochs = steps, .shuffle = false});
  ASSERT_TRUE(history.ok()) << history.status();
}

TEST(Float8Dense, TrainsAsInKeras) {
  LocalModel model(
      Sequential({Input({.shape = {{3}}}), Dense({.units = 2}, {.dtype = "float8_from_float32"})}));
  Train(model, 3);
  ExpectNear(WeightOf(model, "kernel").value,
             {0.3218846023082733, -0.5840599536895752, -0.13798004388809204, 0.726253092288971,
              -0.038808319717645645, 0.46572646498680115});
  ExpectNear(WeightOf(model, "bias").value, {0.2353515774011612, -0.12128906697034836});
  ExpectNear(WeightOf(model, "inputs_scale").value, {0.004464285913854837});
  ExpectNear(WeightOf(model, "kernel_scale").value, {0.0020089284516870975});
  ExpectNear(WeightOf(model, "outputs_grad_scale").value, {1.530562076368369e-05});
  const Tensor& history = WeightOf(model, "outputs_grad_amax_history").value;
  EXPECT_NEAR(history.At(0), 0.3788624, 2e-6);
  EXPECT_NEAR(history.At(1023), 0.5864258, 2e-6);
  const auto predicted = model.Predict({X()});
  ASSERT_TRUE(predicted.ok()) << predicted.status();
  ExpectNear((*predicted)[0],
             {0.5016781091690063, -0.4195631742477417, 0.6870734691619873, -1.0922672748565674});
}

TEST(SpectralNormalization, TrainsAsInKeras) {
  const Dense dense({.units = 2});
  LocalModel model(
      Sequential({Input({.shape = {{3}}}),
                  SequentialItem(std::make_shared<layers::SpectralNormalization>(dense.get()))}));
  WeightOf(model, "vector_u").value = Tensor::From<float>({1, 2}, {0.6f, 0.8f});
  Train(model, 2);
  ExpectNear(WeightOf(model, "kernel").value,
             {0.2910671830177307, -0.545496940612793, -0.08311950415372849, 0.6736083626747131,
              -0.09985937178134918, 0.3725937306880951});
  ExpectNear(WeightOf(model, "vector_u").value, {-0.24029499292373657, 0.9706999063491821});
  const auto predicted = model.Predict({X()});
  ASSERT_TRUE(predicted.ok()) << predicted.status();
  ExpectNear((*predicted)[0],
             {0.26136910915374756, -0.5469032526016235, 0.702370285987854, -1.1066203117370605});
}

}  // namespace
}  // namespace tricorn::keras
