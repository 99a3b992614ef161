#include "core/backend/cuda/codegen/fold_code.h"

#include "core/backend/cuda/codegen/element_code.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::backend::cuda {

FoldCode FoldOf(const ir::OpDef& op, DType dtype) {
  const std::string wide = WideName(dtype);
  if (&op == &ops::kSum) return {"Sum", wide + "(0)"};
  if (&op == &ops::kProd) return {"Prod", wide + "(1)"};
  if (&op == &ops::kMax) return {"Max", ExtremeLiteral(dtype, false)};
  if (&op == &ops::kMin) return {"Min", ExtremeLiteral(dtype, true)};
  if (&op == &ops::kAny) return {"Any", "false"};
  return {"All", "true"};
}

}  // namespace tricorn::backend::cuda
