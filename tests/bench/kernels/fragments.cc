#include "tests/bench/kernels/fragments.h"

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::bench {
namespace {

using ir::Builder;
using ir::Value;
using ir::Values;

constexpr int64_t kTokens = 16384;
constexpr int64_t kDim = 768;
constexpr int64_t kVocabulary = 50304;
constexpr DType kHalf = DType::kBF16;

// Builds a fragment: names for inputs as they come, outputs at the end.
class Maker {
 public:
  Value Input(Shape shape, DType dtype = kHalf) {
    return builder_.Input(fmt::format("x{}", count_++), {dtype, std::move(shape)});
  }
  Values Gradients(Value y, Value dy, const Values& wanted) {
    return *transform::Gradients(builder_, {{y}}, {{dy}}, wanted);
  }
  Builder& builder() { return builder_; }
  Fragment Finish(std::string name, const Values& outputs,
                  std::vector<std::pair<int32_t, int32_t>> donations = {}) {
    std::vector<std::pair<std::string, Value>> named;
    for (const Value& y : outputs) named.emplace_back(fmt::format("y{}", named.size()), y);
    return {std::move(name), *builder_.Finish(named), std::move(donations)};
  }

 private:
  Builder builder_;
  int count_ = 0;
};

Value Bias(Value x, Value bias) { return x + ops::BroadcastTo(bias, x.shape()); }

Fragment Copy() {
  Maker m;
  return m.Finish("copy (negative)", {-m.Input({kTokens, 4 * kDim})});
}

Fragment Norm() {
  Maker m;
  const Value x = m.Input({kTokens, kDim}), residual = m.Input({kTokens, kDim});
  const Value sum = Bias(x, m.Input({kDim})) + residual;
  const Value gamma = m.Input({kDim}, DType::kF32), beta = m.Input({kDim}, DType::kF32);
  const Values y =
      m.builder().AddAll(ops::kLayerNorm, {{sum, gamma, beta}}, ops::LayerNormAttrs{1, 1e-5});
  return m.Finish("bias, residual, layer norm", {sum, y[0], y[1], y[2]});
}

Fragment NormGradient() {
  Maker m;
  const Value x = m.Input({kTokens, kDim}), dy = m.Input({kTokens, kDim});
  const Value residual = m.Input({kTokens, kDim}), gamma = m.Input({kDim}, DType::kF32);
  const Value mean = m.Input({kTokens}, DType::kF32), inverse = m.Input({kTokens}, DType::kF32);
  const Values grads = m.builder().AddAll(ops::kLayerNormGradient, {{x, gamma, mean, inverse, dy}},
                                          ops::LayerNormAttrs{1, 1e-5});
  const Value sum = grads[0] + residual;
  return m.Finish("layer norm gradient, residual, bias gradient",
                  {sum, grads[1], grads[2], ops::Sum(sum, {0})});
}

Fragment Gelu() {
  Maker m;
  const Value x = m.Input({kTokens, 4 * kDim});
  return m.Finish("bias, gelu", {ops::Gelu(Bias(x, m.Input({4 * kDim})))});
}

Fragment GeluGradient() {
  Maker m;
  const Value x = m.Input({kTokens, 4 * kDim}), bias = m.Input({4 * kDim});
  const Value dy = m.Input({kTokens, 4 * kDim});
  const Values grads = m.Gradients(ops::Gelu(Bias(x, bias)), dy, {x, bias});
  return m.Finish("gelu gradient, bias gradient", grads);
}

Fragment CrossEntropy() {
  Maker m;
  const Value logits = m.Input({kTokens, kVocabulary}), labels = m.Input({kTokens}, DType::kI32);
  const Value loss =
      m.builder().Add(ops::kSparseSoftmaxCrossEntropy, {{labels, ops::Cast(logits, DType::kF32)}});
  const Value each = ops::Full(m.builder(), loss.type(), 1.0 / kTokens);
  return m.Finish("cross-entropy and its gradient, in place",
                  {m.Gradients(loss, each, {logits})[0], loss}, {{0, 0}});
}

Fragment Softmax() {
  Maker m;
  return m.Finish("softmax of rows of 1,024, float32",
                  {ops::Softmax(m.Input({kTokens, 1024}, DType::kF32))});
}

Fragment ColumnSums() {
  Maker m;
  return m.Finish("column sums", {ops::Sum(m.Input({kTokens, 4 * kDim}), {0})});
}

Fragment Norms() {
  Maker m;
  const Value x = m.Input({kVocabulary, kDim}, DType::kF32);
  return m.Finish("sum of squares, float32", {ops::Sum(ops::Square(x))});
}

Fragment Gather() {
  Maker m;
  const Value table = m.Input({kVocabulary, kDim}), ids = m.Input({kTokens}, DType::kI32);
  return m.Finish("embedding", {m.builder().Add(ops::kTake, {{table, ids}}, ops::TakeAttrs{0})});
}

Fragment GatherGradient() {
  Maker m;
  const Value table = m.Input({kVocabulary, kDim}), ids = m.Input({kTokens}, DType::kI32);
  const Value y = m.builder().Add(ops::kTake, {{table, ids}}, ops::TakeAttrs{0});
  return m.Finish("embedding gradient", {m.Gradients(y, m.Input({kTokens, kDim}), {table})[0]});
}

Fragment Dropout() {
  Maker m;
  const Value x = m.Input({kTokens, kDim}), residual = m.Input({kTokens, kDim});
  const Value key = m.Input({2}, DType::kU32);
  const Value sum = ops::Dropout(Bias(x, m.Input({kDim})), key, 0.1) + residual;
  const Value gamma = m.Input({kDim}, DType::kF32), beta = m.Input({kDim}, DType::kF32);
  const Values y =
      m.builder().AddAll(ops::kLayerNorm, {{sum, gamma, beta}}, ops::LayerNormAttrs{1, 1e-5});
  return m.Finish("bias, dropout, residual, layer norm", {sum, y[0], y[1], y[2]});
}

Fragment Argmax() {
  Maker m;
  return m.Finish("argmax of rows of 50,304", {ops::Argmax(m.Input({2048, kVocabulary}), 1)});
}

Fragment Argsort() {
  Maker m;
  return m.Finish("argsort of 64 rows of 50,304, float32",
                  {ops::Argsort(m.Input({64, kVocabulary}, DType::kF32), 1)});
}

}  // namespace

int64_t Fragment::nbytes() const {
  int64_t nbytes = 0;
  for (const ir::NamedValue& input : graph.inputs()) nbytes += graph.type(input.value).nbytes();
  for (const ir::NamedValue& output : graph.outputs()) nbytes += graph.type(output.value).nbytes();
  return nbytes;
}

std::vector<Fragment> Fragments() {
  return {Copy(),         Norm(),           Dropout(), NormGradient(), Gelu(),
          GeluGradient(), CrossEntropy(),   Softmax(), ColumnSums(),   Norms(),
          Gather(),       GatherGradient(), Argmax(),  Argsort()};
}

}  // namespace tricorn::bench
