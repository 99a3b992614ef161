#include "core/ops/image/image.h"

namespace tricorn::ops {

void RegisterImage(OpRegistry& ops) {
  for (const OpDef* op : {&kResample, &kScaleAndTranslate, &kMapCoordinates}) ops.Add(*op);
}

}  // namespace tricorn::ops
