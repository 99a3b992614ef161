#include "tests/bench/engine/resnet.h"

#include <array>

#include "core/keras/layers/activations/relu.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/merging/add.h"
#include "core/keras/layers/normalization/batch_normalization.h"
#include "core/keras/layers/pooling/global_average_pooling.h"
#include "core/keras/layers/pooling/max_pooling.h"
#include "core/keras/layers/reshaping/zero_padding.h"

namespace tricorn::bench {
namespace {

using keras::KerasTensor;

// Pads like PyTorch, symmetrically, where a stride would make Keras's "same" uneven.
KerasTensor ConvNorm(KerasTensor x, int64_t filters, int64_t size, int64_t stride) {
  const bool pads = stride > 1 && size > 1;
  if (pads) x = keras::ZeroPadding2D({.padding = size / 2})(x);
  x = keras::Conv2D({.filters = filters,
                     .kernel_size = size,
                     .strides = stride,
                     .padding = pads ? keras::WindowPadding::kValid : keras::WindowPadding::kSame,
                     .use_bias = false})(x);
  return keras::BatchNormalization({.epsilon = 1e-5})(x);
}

KerasTensor Relu(const KerasTensor& x) { return keras::ReLU()(x); }

KerasTensor Bottleneck(const KerasTensor& x, int64_t width, int64_t stride, bool projects) {
  KerasTensor y = Relu(ConvNorm(x, width, 1, 1));
  y = Relu(ConvNorm(y, width, 3, stride));
  y = ConvNorm(y, 4 * width, 1, 1);
  return Relu(keras::Add()({projects ? ConvNorm(x, 4 * width, 1, stride) : x, y}));
}

}  // namespace

keras::Functional MakeResNet50(int64_t image_size, int64_t classes) {
  struct Stage {
    int64_t width, blocks, stride;
  };
  constexpr std::array kStages = {Stage{64, 3, 1}, Stage{128, 4, 2}, Stage{256, 6, 2},
                                  Stage{512, 3, 2}};
  const KerasTensor input = keras::Input({.shape = {{image_size, image_size, 3}}});
  KerasTensor x = keras::ZeroPadding2D()(Relu(ConvNorm(input, 64, 7, 2)));
  x = keras::MaxPooling2D({.pool_size = 3, .strides = 2})(x);
  for (const Stage& stage : kStages) {
    for (int64_t i = 0; i < stage.blocks; ++i) {
      x = Bottleneck(x, stage.width, i == 0 ? stage.stride : 1, i == 0);
    }
  }
  x = keras::GlobalAveragePooling2D()(x);
  return keras::Functional(input, keras::Dense({.units = classes})(x));
}

}  // namespace tricorn::bench
