#include "core/keras/constraints/non_neg.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

ir::Value NonNeg::operator()(ir::Value w) const { return ops::Maximum(w, 0); }

}  // namespace tricorn::keras
