#include "core/ops/linalg/linalg.h"

namespace tricorn::ops {

void RegisterLinalg(OpRegistry& ops) {
  for (const OpDef* op : {&kCholesky, &kTriangularSolve, &kLu, &kQr, &kEigh, &kSvd, &kEig, &kSolve,
                          &kDet, &kSlogdet, &kPinv}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
