// Models with image augmentation before their layers: training draws anew in each step, from the
// seed alone; predictions see images as they are.

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/image/resizing.h"
#include "core/keras/layers/image_color/random_contrast.h"
#include "core/keras/layers/image_geometry/random_flip.h"
#include "core/keras/layers/image_geometry/random_rotation.h"
#include "core/keras/layers/image_mixing/aug_mix.h"
#include "core/keras/layers/image_mixing/rand_augment.h"
#include "core/keras/layers/preprocessing/rescaling.h"
#include "core/keras/layers/reshaping/flatten.h"
#include "core/keras/local/local_model.h"
#include "core/keras/losses/crossentropy.h"
#include "core/keras/models/sequential.h"
#include "core/keras/optimizers/adam.h"

namespace tricorn::keras {
namespace {

// Images of noise, those of class 1 bright in the middle.
Dataset Images(int64_t rows) {
  PhiloxStream random(5);
  Tensor x(DType::kU8, {rows, 10, 12, 3});
  Tensor y(DType::kI32, {rows});
  for (int64_t i = 0; i < rows; ++i) {
    y.data<int32_t>()[i] = static_cast<int32_t>(i % 2);
    for (int64_t p = 0; p < 360; ++p) {
      const int64_t row = p / 36, column = p / 3 % 12;
      const bool middle = row >= 3 && row < 7 && column >= 4 && column < 8;
      x.data<uint8_t>()[i * 360 + p] =
          static_cast<uint8_t>(random.Below(100) + (middle && i % 2 == 1 ? 150 : 0));
    }
  }
  return *Dataset::FromTensors({{"x", x}, {"y", y}});
}

using Items = std::vector<SequentialItem>;

LocalModel Augmented(const Items& augmentation) {
  Items items = {Input({.shape = {{10, 12, 3}}, .dtype = DType::kU8})};
  items.insert(items.end(), augmentation.begin(), augmentation.end());
  const Items rest = {Resizing({.height = 8, .width = 8}), Rescaling({.scale = 1.0 / 255}),
                      Conv2D({.filters = 4, .kernel_size = 3, .activation = "relu"}), Flatten(),
                      Dense({.units = 2})};
  items.insert(items.end(), rest.begin(), rest.end());
  return LocalModel(Sequential(items));
}

History Trained(LocalModel& model) {
  EXPECT_EQ(model.Compile({.optimizer = Adam({.learning_rate = 0.01}),
                           .loss = SparseCategoricalCrossentropy({.from_logits = true}),
                           .metrics = {"accuracy"}}),
            absl::OkStatus());
  const auto history = model.Fit(Images(64), {.batch_size = 16, .epochs = 6});
  EXPECT_TRUE(history.ok()) << history.status();
  return history.ok() ? *history : History();
}

TEST(Augmentation, TrainsToTheSameBitsFromTheSameSeed) {
  const auto layers = [] {
    return Items{RandomFlip(), RandomRotation({.factor = 0.05}), RandomContrast({.factor = 0.2})};
  };
  LocalModel once = Augmented(layers()), again = Augmented(layers());
  const History history = Trained(once);
  EXPECT_EQ(history.values, Trained(again).values);
  EXPECT_GT(history.values.at("accuracy").back(), 0.9);
}

TEST(Augmentation, TrainsThroughLayersThatChooseOthers) {
  for (const SequentialItem& layer :
       Items{RandAugment({.factor = 0.1}), AugMix({.num_chains = 2, .chain_depth = 1})}) {
    LocalModel model = Augmented({layer});
    EXPECT_GT(Trained(model).values.at("accuracy").back(), 0.8);
  }
}

}  // namespace
}  // namespace tricorn::keras
