#include "core/ops/control/control.h"

namespace tricorn::ops {

void RegisterControl(OpRegistry& ops) {
  for (const OpDef* op : {&kScan, &kWhile, &kSwitch}) ops.Add(*op);
}

}  // namespace tricorn::ops
