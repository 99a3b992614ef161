#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/base/random.h"
#include "core/ir/text.h"
#include "core/ir/verifier.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/registry.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"

// Run for every sample of every op.

namespace tricorn::ops {
namespace {

class OpSuite : public testing::TestWithParam<Sample> {
 protected:
  // What the sample gives on the reference backend.
  std::vector<Tensor> Run(DType dtype) {
    const absl::StatusOr<ir::Graph> graph = SampleGraph(GetParam(), dtype);
    EXPECT_TRUE(graph.ok()) << graph.status();
    if (!graph.ok()) return {};
    absl::StatusOr<std::vector<Tensor>> results =
        device_->Evaluate(*graph, OperandsIn(GetParam(), dtype));
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? *std::move(results) : std::vector<Tensor>();
  }

  std::unique_ptr<backend::Device> device_ = backend::MakeReferenceDevice();
};

Types TypesOf(const std::vector<Tensor>& operands) {
  Types types;
  for (const Tensor& x : operands) types.push_back({x.dtype(), x.shape()});
  return types;
}

TEST_P(OpSuite, RunsInEveryFloatingDType) {
  const std::vector<Tensor> exact = Run(DType::kF64);
  ASSERT_FALSE(exact.empty());
  if (!HasFloatingOperand(GetParam())) return;
  for (const auto& [dtype, tolerance] :
       {std::pair{DType::kF32, 1e-5}, {DType::kF16, 3e-2}, {DType::kBF16, 2e-1}}) {
    const std::vector<Tensor> results = Run(dtype);
    ASSERT_EQ(results.size(), exact.size());
    for (size_t i = 0; i < results.size(); ++i) {
      if (!IsFloating(exact[i].dtype()) && SizeOf(dtype) < 4) continue;  // rounding may move a step
      const absl::Status status =
          backend::ExpectClose(exact[i], results[i].Cast(exact[i].dtype()), tolerance);
      EXPECT_TRUE(status.ok()) << Name(dtype) << ": " << status;
    }
  }
}

TEST_P(OpSuite, SameBitsTwice) { EXPECT_EQ(Run(DType::kF32), Run(DType::kF32)); }

TEST_P(OpSuite, TextRoundTrips) {
  const absl::StatusOr<ir::Graph> graph = SampleGraph(GetParam(), DType::kF32);
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_TRUE(ir::Verify(*graph).ok()) << ir::Verify(*graph);
  const std::string text = ir::ToText(*graph);
  const absl::StatusOr<ir::Graph> back = ir::ParseText(text, BuiltinOps());
  ASSERT_TRUE(back.ok()) << back.status() << '\n' << text;
  EXPECT_EQ(ir::ToText(*back), text);
  EXPECT_EQ(back->nodes()[0].attrs, graph->nodes()[0].attrs);
}

TEST_P(OpSuite, DecompositionHasTheInferredTypes) {
  const Sample& sample = GetParam();
  if (!sample.op->decompose) return;
  for (const DType dtype : {DType::kF16, DType::kF32, DType::kF64}) {
    Builder builder;
    Values x;
    const Types types = TypesOf(OperandsIn(sample, dtype));
    for (const Type& type : types) {
      x.push_back(builder.Input(fmt::format("x{}", x.size()), type));
    }
    const absl::StatusOr<Types> inferred = sample.op->Infer(types, sample.attrs, {});
    ASSERT_TRUE(inferred.ok()) << inferred.status();
    const Values parts = sample.op->decompose(x, sample.attrs);
    ASSERT_TRUE(builder.ok()) << builder.status();
    ASSERT_EQ(parts.size(), inferred->size());
    for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(parts[i].type(), (*inferred)[i]);
  }
}

TEST_P(OpSuite, RefusesTooManyOperands) {
  const Sample& sample = GetParam();
  if (sample.op->name == "concatenate" || sample.op->name == "all_reduce_start") return;
  Types types = TypesOf(sample.operands);
  types.push_back({DType::kF64, {2}});
  const absl::StatusOr<Types> result =
      sample.op->Infer(types, sample.attrs, RegionsIn(sample, DType::kF64));
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
}

// A sum of values, each element with a weight of its own.
Value WeightedSum(Builder& builder, Operands values) {
  Value sum = Scalar(builder, 0, DType::kF64);
  double salt = 1;
  for (const Value& y : values) {
    if (!IsFloating(y.dtype())) continue;
    const Value weights = builder.Constant(Uniform(y.shape(), 0.5, 1 + salt++));
    sum = sum + Sum(Cast(y, DType::kF64) * weights);
  }
  return sum;
}

// f = a weighted sum of the sample's results or, of order 1, of the gradients of that; and the
// gradients of f in the floating operands.
absl::StatusOr<ir::Graph> Build(const Sample& sample, int order, bool with_gradients) {
  Builder builder;
  Values x, wanted;
  for (const Type& type : TypesOf(sample.operands)) {
    x.push_back(builder.Input(fmt::format("x{}", x.size()), type));
    if (IsFloating(type.dtype)) wanted.push_back(x.back());
  }
  Value f = WeightedSum(
      builder, builder.AddAll(*sample.op, x, sample.attrs, RegionsIn(sample, DType::kF64)));
  for (int i = 0; i < order; ++i) {
    ASSIGN_OR_RETURN(const Values grads,
                     transform::Gradients(builder, {{f}}, {{OnesLike(f)}}, wanted));
    f = WeightedSum(builder, grads);
  }
  if (!with_gradients) return builder.Finish({{"f", f}});
  ASSIGN_OR_RETURN(const Values grads,
                   transform::Gradients(builder, {{f}}, {{OnesLike(f)}}, wanted));
  std::vector<std::pair<std::string, Value>> outputs;
  for (const Value& grad : grads) outputs.emplace_back(fmt::format("d{}", outputs.size()), grad);
  return builder.Finish(outputs);
}

// Compares the gradients of Build(sample, order) with central differences of it.
void ExpectGradientsMatchDifferences(backend::Device& device, const Sample& sample, int order) {
  const absl::StatusOr<ir::Graph> function = Build(sample, order, false);
  const absl::StatusOr<ir::Graph> derivative = Build(sample, order, true);
  ASSERT_TRUE(function.ok()) << function.status();
  ASSERT_TRUE(derivative.ok()) << derivative.status();
  const auto grads = device.Evaluate(*derivative, sample.operands);
  ASSERT_TRUE(grads.ok()) << grads.status();

  std::vector<Tensor> operands = sample.operands;
  const auto f = [&] { return (*device.Evaluate(*function, operands))[0].At(0); };
  size_t which = 0;
  for (Tensor& operand : operands) {
    if (!IsFloating(operand.dtype())) continue;
    operand = operand.Clone();
    const Tensor& gradient = (*grads)[which++];
    ASSERT_EQ(gradient.shape(), operand.shape());
    for (int64_t i = 0; i < operand.num_elements(); ++i) {
      constexpr double kStep = 1e-5;
      double& element = operand.data<double>()[i];
      const double at = element;
      element = at + kStep;
      const double above = f();
      element = at - kStep;
      const double below = f();
      element = at;
      const double expected = (above - below) / (2 * kStep);
      ASSERT_NEAR(gradient.At(i), expected,
                  sample.gradient_tolerance * std::max(1.0, std::abs(expected)))
          << "operand " << which - 1 << ", element " << i << " = " << at;
    }
  }
}

bool IsDifferentiable(const Sample& sample) {
  if (!sample.differentiable || !HasFloatingOperand(sample)) return false;
  const Types results =
      *sample.op->Infer(TypesOf(sample.operands), sample.attrs, RegionsIn(sample, DType::kF64));
  return std::any_of(results.begin(), results.end(), [](auto& y) { return IsFloating(y.dtype); });
}

TEST_P(OpSuite, GradientMatchesFiniteDifference) {
  if (IsDifferentiable(GetParam())) ExpectGradientsMatchDifferences(*device_, GetParam(), 0);
}

TEST_P(OpSuite, GradientDifferentiatesAgain) {
  if (!GetParam().twice_differentiable || !IsDifferentiable(GetParam())) return;
  ExpectGradientsMatchDifferences(*device_, GetParam(), 1);
}

INSTANTIATE_TEST_SUITE_P(Ops, OpSuite, testing::ValuesIn(AllSamples()),
                         [](const testing::TestParamInfo<Sample>& info) {
                           std::string name = fmt::format("{}_{}", info.index, info.param.name);
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

TEST(OpSuiteCoverage, EveryRegisteredOpHasASample) {
  std::set<std::string_view> sampled;
  for (const Sample& sample : AllSamples()) sampled.insert(sample.op->name);
  for (const ir::OpDef* op : BuiltinOps().All()) {
    EXPECT_TRUE(sampled.count(op->name) > 0) << op->name;
    EXPECT_FALSE(op->doc.empty()) << op->name;
  }
}

}  // namespace
}  // namespace tricorn::ops
