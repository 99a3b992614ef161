#pragma once

#include "core/keras/models/functional.h"

namespace tricorn::bench {

// ResNet-50 v1.5 (the stride in the 3x3 convolution) of square images with three channels.
// Source: He et al. 2015; the peers' harness.
keras::Functional MakeResNet50(int64_t image_size, int64_t classes);

}  // namespace tricorn::bench
