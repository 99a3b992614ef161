#include "tests/conformance/ops/op_table.h"

namespace tricorn::conformance {

const std::map<std::string_view, OpFunction>& OpTable() {
  static const std::map<std::string_view, OpFunction> all = [] {
    std::map<std::string_view, OpFunction> table;
    for (const auto* family : {&ElementwiseOps(), &NnOps(), &ReduceOps(), &ShapeOps()}) {
      table.insert(family->begin(), family->end());
    }
    return table;
  }();
  return all;
}

}  // namespace tricorn::conformance
