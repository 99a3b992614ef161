#include <gtest/gtest.h>

#include "core/backend/cuda_loader.h"
#include "core/backend/reference/compare.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"

// What training steps make of rows, in shapes that take each of the ways in which threads share
// them, beside the reference backend.

namespace tricorn::backend::cuda {
namespace {

using ir::Builder;
using ir::Value;
using ir::Values;

class CudaRows : public testing::Test {
 protected:
  static void SetUpTestSuite() { gpu_ = new auto(LoadCudaDevice(0)); }
  static void TearDownTestSuite() { delete gpu_; }
  void SetUp() override {
    if (!gpu_->ok()) GTEST_SKIP() << gpu_->status().message();
  }

  Value Input(Tensor value, DType dtype) {
    inputs_.push_back(value.Cast(dtype));
    return builder_.Input(fmt::format("x{}", inputs_.size()), {dtype, value.shape()});
  }
  Value Random(Shape shape, DType dtype) { return Input(ops::Uniform(shape, -1, 1), dtype); }

  void Expect(const Values& outputs, double tolerance = 1e-5) {
    std::vector<std::pair<std::string, Value>> named;
    for (const Value& y : outputs) named.emplace_back(fmt::format("y{}", named.size()), y);
    const auto graph = builder_.Finish(named);
    ASSERT_TRUE(graph.ok()) << graph.status();
    const absl::Status status = CompareWithReference(***gpu_, *graph, inputs_, tolerance);
    EXPECT_TRUE(status.ok()) << status;
    const auto once = (**gpu_)->Evaluate(*graph, inputs_);
    ASSERT_TRUE(once.ok()) << once.status();
    EXPECT_EQ(*(**gpu_)->Evaluate(*graph, inputs_), *once);
  }

  static inline absl::StatusOr<std::unique_ptr<Device>>* gpu_ = nullptr;
  Builder builder_;
  std::vector<Tensor> inputs_;
};

struct RowCase {
  int64_t rows, length;
  DType dtype;
};
class CudaRowsOf : public CudaRows, public testing::WithParamInterface<RowCase> {};

// Bias and residual, the norm, and all of their gradients.
TEST_P(CudaRowsOf, LayerNormBetweenItsNeighbours) {
  const auto [rows, length, dtype] = GetParam();
  const Value x = Random({rows, length}, dtype), residual = Random({rows, length}, dtype);
  const Value bias = Random({length}, dtype);
  const Value gamma = Random({length}, DType::kF32), beta = Random({length}, DType::kF32);
  const Value sum = x + ops::BroadcastTo(bias, x.shape()) + residual;
  const Value y = ops::LayerNormalization(sum, gamma, beta, {1}, 1e-3);
  const Value dy = Random({rows, length}, dtype);
  const auto grads =
      transform::Gradients(builder_, {{y}}, {{dy}}, {{x, bias, gamma, beta, residual}});
  ASSERT_TRUE(grads.ok()) << grads.status();
  // Sums over rows grow with their number; so does what half precision loses in them.
  Expect({y, (*grads)[0] + (*grads)[4], (*grads)[1], (*grads)[2], (*grads)[3]}, 1e-4);
}

TEST_P(CudaRowsOf, SoftmaxAndItsGradient) {
  const auto [rows, length, dtype] = GetParam();
  const Value x = Random({rows, length}, dtype), dy = Random({rows, length}, dtype);
  const Value y = ops::Softmax(x * 3);
  const auto grads = transform::Gradients(builder_, {{y}}, {{dy}}, {{x}});
  ASSERT_TRUE(grads.ok()) << grads.status();
  Expect({y, (*grads)[0], ops::LogSoftmax(x)});
}

// A bias of classes, the loss, its gradients and the accuracy's argmax.
TEST_P(CudaRowsOf, SparseCrossEntropyOfHalfPrecision) {
  const auto [rows, length, dtype] = GetParam();
  std::vector<int64_t> labels;
  for (int64_t r = 0; r < rows; ++r) labels.push_back(r * 7919 % (length + 1) - (r % 5 == 4));
  const Value label = Input(ops::Integers(DType::kI32, {rows}, labels), DType::kI32);
  const Value logits = Random({rows, length}, dtype), bias = Random({length}, dtype);
  const Value sum = ops::Cast(logits + ops::BroadcastTo(bias, logits.shape()), DType::kF32);
  const Value loss = builder_.Add(ops::kSparseSoftmaxCrossEntropy, {{label, sum}});
  const Value each = ops::Full(builder_, loss.type(), 1.0 / static_cast<double>(rows));
  const auto grads = transform::Gradients(builder_, {{loss}}, {{each}}, {{logits, bias}});
  ASSERT_TRUE(grads.ok()) << grads.status();
  Expect({loss, (*grads)[0], (*grads)[1], ops::Sum(loss)}, 1e-4);
}

// What a dense layer's activation passes back, with its bias's gradient.
TEST_P(CudaRowsOf, ColumnSumsOfWhatIsComputedOnTheWay) {
  const auto [rows, length, dtype] = GetParam();
  const Value x = Random({rows, length}, dtype), dy = Random({rows, length}, dtype);
  const Value dx = ops::Where(ops::Greater(x, 0), dy, 0);
  Expect({dx, ops::Sum(dx, {0}), ops::Max(ops::Square(x), {0})}, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CudaRowsOf,
    testing::Values(RowCase{40, 2, DType::kF32}, RowCase{128, 10, DType::kF32},
                    RowCase{5, 7, DType::kBF16}, RowCase{3000, 64, DType::kF16},
                    RowCase{70, 768, DType::kBF16}, RowCase{2100, 768, DType::kBF16},
                    RowCase{2, 1024, DType::kF32}, RowCase{130, 1001, DType::kBF16},
                    RowCase{50, 3072, DType::kBF16}, RowCase{64, 8192, DType::kF32},
                    RowCase{33, 50304, DType::kBF16}, RowCase{32, 50257, DType::kF32}),
    [](const auto& info) {
      return fmt::format("{}x{}_{}", info.param.rows, info.param.length, Name(info.param.dtype));
    });

// The mask of dropout comes from counters: the same whether it is fused or not.
TEST_F(CudaRows, DropoutBetweenItsNeighbours) {
  const Value key = Input(ops::Integers(DType::kU32, {2}, {3, 4}), DType::kU32);
  const Value x = Random({300, 70}, DType::kBF16), bias = Random({70}, DType::kBF16);
  const Value y = ops::Dropout(x + ops::BroadcastTo(bias, x.shape()), key, 0.1);
  const Value per_row = ops::Dropout(x, key, 0.5, Shape{300, 1});
  Expect({ops::Relu(y), ops::Sum(y, {0}), per_row});
}

}  // namespace
}  // namespace tricorn::backend::cuda
