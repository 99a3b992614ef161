#include "core/ops/reduce/reduce.h"

namespace tricorn::ops {

void RegisterReduce(OpRegistry& ops) {
  for (const OpDef* op :
       {&kSum, &kProd, &kMax, &kMin, &kAny, &kAll, &kArgmax, &kArgmin, &kCumsum}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
