#include "core/backend/reference/primitive.h"

namespace tricorn::backend::reference {

const PrimitiveTable& Primitives() {
  static const PrimitiveTable* const table = [] {
    auto* primitives = new PrimitiveTable;
    for (const auto add : {AddElementwise, AddShape, AddReduce, AddDot, AddConv, AddPool, AddGather,
                           AddRandom, AddNn, AddCollective, AddLinalg, AddFft, AddControl}) {
      add(*primitives);
    }
    return primitives;
  }();
  return *table;
}

}  // namespace tricorn::backend::reference
