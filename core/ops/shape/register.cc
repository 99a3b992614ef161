#include "core/ops/shape/shape.h"

namespace tricorn::ops {

void RegisterShape(OpRegistry& ops) {
  for (const OpDef* op :
       {&kReshape, &kBroadcast, &kTranspose, &kSlice, &kPad, &kConcatenate, &kReverse, &kIota}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
