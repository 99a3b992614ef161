#include "core/ops/control/control.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/reference/reference.h"
#include "core/ir/verifier.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/pipeline.h"

namespace tricorn::ops {
namespace {

Tensor Vector(const std::vector<double>& values) {
  return Tensor::From<double>({static_cast<int64_t>(values.size())}, values);
}

std::vector<double> Numbers(const Tensor& tensor) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) numbers.push_back(tensor.At(i));
  return numbers;
}

// The results of the function `build` of float64 inputs.
template <typename Build>
std::vector<Tensor> Evaluate(const std::vector<Tensor>& inputs, Build build) {
  Builder builder;
  Values x;
  for (const Tensor& input : inputs) {
    x.push_back(builder.Input(fmt::format("x{}", x.size()), {input.dtype(), input.shape()}));
  }
  std::vector<std::pair<std::string, Value>> outputs;
  for (const Value& y : build(builder, x)) {
    outputs.emplace_back(fmt::format("y{}", outputs.size()), y);
  }
  const absl::StatusOr<ir::Graph> graph = builder.Finish(outputs);
  EXPECT_TRUE(graph.ok()) << graph.status();
  if (!graph.ok()) return {};
  EXPECT_TRUE(ir::Verify(*graph).ok()) << ir::Verify(*graph);
  const auto results = backend::MakeReferenceDevice()->Evaluate(*graph, inputs);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() ? *results : std::vector<Tensor>();
}

TEST(Scan, AddsUpForwardsAndBackwards) {
  for (const bool reverse : {false, true}) {
    const auto y = Evaluate({Vector({1, 2, 3})}, [&](Builder& b, const Values& x) {
      const ScanStep result = Scan(
          b, {{Scalar(b, 0, DType::kF64)}}, {{x[0]}}, 3,
          [](Builder&, Operands carries, Operands slices) {
            const Value sum = carries[0] + slices[0];
            return ScanStep{{sum}, {sum}};
          },
          reverse);
      return Values{result.carries[0], result.ys[0]};
    });
    EXPECT_EQ(y[0].At(0), 6);
    EXPECT_EQ(Numbers(y[1]),
              reverse ? std::vector<double>({6, 5, 3}) : std::vector<double>({1, 3, 6}));
  }
}

TEST(Scan, ComputesWhatDependsOnOuterValuesAloneOutside) {
  Builder b;
  const Value x = b.Input("x", {DType::kF64, {3}}), w = b.Input("w", {DType::kF64, {}});
  Scan(b, {{w}}, {{x}}, 3,
       [&](Builder&, Operands carries, Operands) { return ScanStep{{carries[0] * Exp(w)}}; });
  ASSERT_TRUE(b.ok()) << b.status();
  ASSERT_EQ(b.graph().nodes().size(), 2u);
  EXPECT_EQ(b.graph().nodes()[0].op, &kExp);
  EXPECT_EQ(b.graph().nodes()[1].regions[0]->nodes().size(), 1u);
}

TEST(Scan, RefusesACarryThatChangesItsType) {
  Builder b;
  const Value x = b.Input("x", {DType::kF64, {3}});
  const ScanStep result =
      Scan(b, {{Scalar(b, 0, DType::kF64)}}, {{x}}, 3, [](Builder&, Operands, Operands slices) {
        return ScanStep{{Cast(slices[0], DType::kF32)}, {slices[0]}};
      });
  EXPECT_EQ(result.ys.size(), 1u);
  EXPECT_EQ(b.status().message(), "scan: carry 0: expected float64(), received float32()");
}

// d/dw and d/dh of a loop within a loop, against central differences.
TEST(Scan, DifferentiatesLoopsWithinLoops) {
  const auto f = [](Builder& b, const Values& x) {
    const auto inner = [&](Builder&, Operands c, Operands s) {
      return ScanStep{{Tanh(c[0] * x[1] + s[0])}};
    };
    const ScanStep outer =
        Scan(b, {{x[0]}}, {{x[2]}}, 3, [&](Builder& region, Operands c, Operands s) {
          const Value h = Scan(region, {{c[0] * s[0]}}, {{x[2]}}, 3, inner).carries[0];
          return ScanStep{{h}, {h * h}};
        });
    return Sum(outer.ys[0]) + Sum(outer.carries[0]);
  };
  std::vector<Tensor> at = {Vector({0.3, -0.5}), Vector({0.7, 1.1}), Vector({0.2, -0.4, 0.9})};
  const auto grads = Evaluate(at, [&](Builder& b, const Values& x) {
    const Value y = f(b, x);
    return *transform::Gradients(b, {{y}}, {{OnesLike(y)}}, x);
  });
  for (size_t i = 0; i < at.size(); ++i) {
    for (int64_t k = 0; k < at[i].num_elements(); ++k) {
      double ends[2];
      for (const int side : {0, 1}) {
        std::vector<Tensor> moved = at;
        moved[i] = at[i].Clone();
        moved[i].data<double>()[k] += side == 0 ? -1e-5 : 1e-5;
        ends[side] =
            Evaluate(moved, [&](Builder& b, const Values& x) { return Values{f(b, x)}; })[0].At(0);
      }
      EXPECT_NEAR(grads[i].At(k), (ends[1] - ends[0]) / 2e-5, 1e-8) << i << ' ' << k;
    }
  }
}

// The gradient of a weight is one product over all steps, not a sum that every step rewrites.
TEST(Scan, GradientOfAWeightComesAfterTheLoop) {
  Builder b;
  const Value h = b.Input("h", {DType::kF64, {2, 3}}), x = b.Input("x", {DType::kF64, {5, 2, 3}}),
              w = b.Input("w", {DType::kF64, {3, 3}});
  const ScanStep y = Scan(b, {{h}}, {{x}}, 5, [&](Builder&, Operands c, Operands s) {
    return ScanStep{{Tanh(Matmul(c[0], w) + s[0])}};
  });
  const auto grads = transform::Gradients(b, y.carries, {{OnesLike(y.carries[0])}}, {{w}});
  ASSERT_TRUE(grads.ok()) << grads.status();
  const ir::Node& backward = *std::find_if(b.graph().nodes().rbegin(), b.graph().nodes().rend(),
                                           [](const ir::Node& n) { return n.op == &kScan; });
  EXPECT_EQ(backward.attrs.As<ScanAttrs>().num_carries, 1);
  EXPECT_TRUE(std::any_of(b.graph().nodes().begin(), b.graph().nodes().end(),
                          [](const ir::Node& n) { return n.op == &kDotGeneral; }));
}

TEST(Scan, LosesWhatNobodyReads) {
  Builder b;
  const Value x = b.Input("x", {DType::kF64, {3}}), z = b.Input("z", {DType::kF64, {3}});
  const ScanStep result = Scan(b, {{Scalar(b, 0, DType::kF64), Scalar(b, 1, DType::kF64)}},
                               {{x, z}}, 3, [](Builder&, Operands c, Operands s) {
                                 return ScanStep{{c[0] + s[0], c[1] * s[1]}, {s[0], s[1]}};
                               });
  absl::StatusOr<ir::Graph> graph = b.Finish({{"y", result.carries[0]}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  graph = transform::RunPipeline(*std::move(graph), {.keep = [](auto&, auto&) { return true; }});
  ASSERT_TRUE(graph.ok()) << graph.status();
  const ir::Node& scan = graph->nodes().back();
  EXPECT_EQ(scan.operands.size(), 2u);
  EXPECT_EQ(scan.results.size(), 1u);
}

TEST(WhileLoop, StopsAtTheConditionOrTheLimit) {
  for (const int64_t limit : {-1, 2}) {
    const auto y = Evaluate({Tensor::Scalar<double>(1)}, [&](Builder& b, const Values& x) {
      return WhileLoop(
          b, [](Builder&, Operands c) { return Less(c[0], 10); },
          [](Builder&, Operands c) { return Values{c[0] * 2}; }, x, limit);
    });
    EXPECT_EQ(y[0].At(0), limit < 0 ? 16 : 4);
  }
}

TEST(WhileLoop, HasNoReverseGradient) {
  Builder b;
  const Value x = b.Input("x", {DType::kF64, {}});
  const Values y = WhileLoop(
      b, [](Builder&, Operands c) { return Less(c[0], 10); },
      [](Builder&, Operands c) { return Values{c[0] * 2}; }, {{x}});
  const auto grads = transform::Gradients(b, y, {{OnesLike(y[0])}}, {{x}});
  EXPECT_EQ(grads.status().code(), absl::StatusCode::kUnimplemented);
}

TEST(ForiLoop, CountsFromLowerToUpper) {
  const auto y = Evaluate({Tensor::Scalar<double>(0)}, [](Builder& b, const Values& x) {
    return ForiLoop(
        b, 2, 5, [](Builder&, Value i, Operands c) { return Values{c[0] + Cast(i, DType::kF64)}; },
        x);
  });
  EXPECT_EQ(y[0].At(0), 9);
}

TEST(Cond, RunsTheBranchThatThePredicateSays) {
  for (const double at : {-2.0, 3.0}) {
    const auto y = Evaluate({Tensor::Scalar<double>(at)}, [](Builder&, const Values& x) {
      return Cond(
          Greater(x[0], 0), [](Builder&, Operands in) { return Values{in[0] * 10}; },
          [](Builder&, Operands in) { return Values{-in[0]}; }, x);
    });
    EXPECT_EQ(y[0].At(0), at > 0 ? 30 : 2);
  }
}

TEST(Map, AppliesToEachSlice) {
  const auto y = Evaluate({Vector({1, 2, 3})}, [](Builder& b, const Values& x) {
    return Map(
        b,
        [](Builder&, Operands in) {
          return Values{in[0] * in[0], -in[0]};
        },
        x);
  });
  EXPECT_EQ(Numbers(y[0]), std::vector<double>({1, 4, 9}));
  EXPECT_EQ(Numbers(y[1]), std::vector<double>({-1, -2, -3}));
}

TEST(AssociativeScan, GivesRunningSumsOfAnyLength) {
  for (int64_t length = 1; length <= 9; ++length) {
    for (const bool reverse : {false, true}) {
      std::vector<double> x, expected(static_cast<size_t>(length));
      for (int64_t i = 0; i < length; ++i) x.push_back(static_cast<double>(i * i + 1));
      double sum = 0;
      for (int64_t i = 0; i < length; ++i) {
        const auto at = static_cast<size_t>(reverse ? length - 1 - i : i);
        expected[at] = sum += x[at];
      }
      const auto y = Evaluate({Vector(x)}, [&](Builder&, const Values& in) {
        return AssociativeScan([](Operands a, Operands b) { return Values{a[0] + b[0]}; }, in,
                               reverse);
      });
      EXPECT_EQ(Numbers(y[0]), expected) << length << ' ' << reverse;
    }
  }
}

}  // namespace
}  // namespace tricorn::ops
