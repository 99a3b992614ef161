#include "core/ops/quantize/quantize.h"

namespace tricorn::ops {

void RegisterQuantize(OpRegistry& ops) {
  for (const OpDef* op : {&kStraightThrough, &kFakeQuant, &kFloat8Quantize, &kFloat8Gradient})
    ops.Add(*op);
}

}  // namespace tricorn::ops
