#pragma once

#include "core/ir/builder.h"

namespace tricorn::keras {

// A rectangle in each image of a batch.
struct Rectangles {
  ir::Value inside;  // (batch, height, width, 1) bool
  ir::Value area;    // (batch,), as a share of the image's
};

// At a random place within each image. width and height (batch,): shares of the image's.
Rectangles DrawRectangles(ir::Value key, const ir::Type& images, ir::Value width, ir::Value height);

}  // namespace tricorn::keras
