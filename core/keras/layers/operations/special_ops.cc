#include "core/ops/special/special.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {

using namespace op_forms;

std::vector<OpEntry> SpecialOps() {
  return {
      {"gammainc", "Gammainc", "math", "x1 x2", Binary<ops::Gammainc>},
      {"i0", "I0", "numpy", "x", Unary<ops::I0>},
  };
}

}  // namespace tricorn::keras
