#include "core/ops/control/after.h"
#include "core/ops/control/control.h"

namespace tricorn::ops {

void RegisterControl(OpRegistry& ops) {
  for (const OpDef* op : {&kScan, &kWhile, &kSwitch, &kAfter}) ops.Add(*op);
}

}  // namespace tricorn::ops
