#include "core/keras/layers/operations/op_call.h"
#include "core/ops/dot/dot.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

template <ir::Value (*f)(ir::Value, const ops::Axes&, bool)>
ir::Value Reduce(const OpArguments& a) {
  return f(a.Tensor(0), a.Axes("axis"), a.Bool("keepdims"));
}

template <ir::Value (*f)(ir::Value, int64_t)>
ir::Value AlongAxis(const OpArguments& a) {
  return f(a.Tensor(0), a.Int("axis", -1));
}

ir::Value Matmul(const OpArguments& a) { return ops::Matmul(a.Tensor(0), a.Tensor(1)); }

}  // namespace

std::vector<OpEntry> ReduceOps() {
  return {
      {"All", "numpy", Reduce<ops::All>},
      {"Any", "numpy", Reduce<ops::Any>},
      {"LogSoftmax", "nn", AlongAxis<ops::LogSoftmax>},
      {"Logsumexp", "math", Reduce<ops::LogSumExp>},
      {"Matmul", "numpy", Matmul},
      {"Max", "numpy", Reduce<ops::Max>},
      {"Mean", "numpy", Reduce<ops::Mean>},
      {"Min", "numpy", Reduce<ops::Min>},
      {"Prod", "numpy", Reduce<ops::Prod>},
      {"Softmax", "nn", AlongAxis<ops::Softmax>},
      {"Std", "numpy", Reduce<ops::Std>},
      {"Sum", "numpy", Reduce<ops::Sum>},
      {"Var", "numpy", Reduce<ops::Variance>},
  };
}

}  // namespace tricorn::keras
