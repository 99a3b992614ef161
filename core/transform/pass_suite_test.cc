#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/base/random.h"
#include "core/ir/text.h"
#include "core/ir/verifier.h"
#include "core/ops/collective/collective.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/fusion/fuse_rows.h"
#include "core/transform/fusion/recompute_elementwise.h"
#include "core/transform/fusion/side_by_side.h"
#include "core/transform/pipeline.h"
#include "core/transform/rewrite/cse.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/hoist_effects.h"
#include "core/transform/rewrite/simplify.h"

// Run for every pass, over every op sample and over random graphs.

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

struct Pass {
  std::string_view name;
  absl::StatusOr<Graph> (*run)(const Graph&);
  // Whether a result keeps even the sign of its zeros.
  bool same_bits;
};

// Its name, as gtest prints parameters.
void PrintTo(const Pass& pass, std::ostream* out) { *out << pass.name; }

bool KeepNone(const Graph&, const ir::Node&) { return false; }

bool KeepFused(const Graph&, const ir::Node& node) {
  return node.op == &kFusedRows || node.op == &kFusedElementwise;
}

bool IsElementwise(const Graph&, const ir::Node& node) {
  return node.op->kind == ir::OpKind::kElementwise;
}

const Pass kPasses[] = {
    {"simplify", Simplify, false},
    {"cse", Cse, true},
    {"dce", Dce, true},
    {"hoist_effects", HoistEffects, true},
    {"fuse_elementwise", FuseElementwise, true},
    {"recompute_elementwise", RecomputeElementwise, true},
    {"fuse_rows", FuseRows, false},
    {"side_by_side", [](const Graph& graph) { return RunSideBySide(graph, IsElementwise); }, true},
    {"decompose", [](const Graph& graph) { return Decompose(graph, KeepNone); }, true},
    {"pipeline", [](const Graph& graph) { return RunPipeline(graph, {.keep = KeepFused}); }, false},
    {"pipeline_of_rows",
     [](const Graph& graph) {
       return RunPipeline(graph, {.keep = KeepFused, .fusion = Fusion::kRows});
     },
     false},
};

struct Case {
  std::string name;
  Graph graph;
  std::vector<Tensor> inputs;
};

// Draws graphs of float32 values of at most two axes. Constants 0 and 1, moves that may cancel and
// repeated draws give each pass something to do.
class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : random_(seed) {}

  Case Draw(std::string name) {
    Case drawn{.name = std::move(name), .graph = {}, .inputs = {}};
    for (const Shape& shape : {Shape{2, 3}, Shape{3, 2}, Shape{3}, Shape{1, 3}}) {
      values_.push_back(builder_.Input(fmt::format("x{}", values_.size()), {DType::kF32, shape}));
      drawn.inputs.push_back(ops::Uniform(shape, -1, 1).Cast(DType::kF32));
    }
    for (int i = 0; i < 24; ++i) {
      values_.push_back(Next());
      if (i % 8 == 7) Start();
    }
    std::vector<std::pair<std::string, Value>> outputs;
    for (int i = 0; i < 4; ++i) outputs.emplace_back(fmt::format("y{}", i), Any());
    for (const Value& sum : Wait()) {
      outputs.emplace_back(fmt::format("y{}", outputs.size()), sum);
    }
    drawn.graph = *builder_.Finish(outputs);
    return drawn;
  }

 private:
  // Hands a bucket of two values to the collectives.
  void Start() {
    const auto bucket = static_cast<int32_t>(in_flight_.size());
    in_flight_.push_back(
        builder_.Add(ops::kAllReduceStart, {{Any(), Any()}}, ops::BucketAttrs{bucket}));
  }
  // Something of the sum of each bucket.
  ir::Values Wait() {
    ir::Values results;
    for (const Value& addends : in_flight_) {
      const auto bucket = static_cast<int32_t>(results.size());
      results.push_back(
          ops::Tanh(builder_.Add(ops::kAllReduceDone, {{addends}}, ops::BucketAttrs{bucket})));
    }
    return results;
  }

  Value Any() { return values_[random_.Below(values_.size())]; }

  Value Next() {
    const Value x = Any();
    switch (random_.Below(7)) {
      case 0:
        return Unary(x);
      case 1:
      case 2:
        return Binary(x, Partner(x));
      case 3:
        return ops::BroadcastTo(x, x.rank() == 2 ? x.shape() : Shape{2, x.shape().num_elements()});
      case 4:
        return x.rank() == 0 ? Unary(x) : ops::Sum(x, {RandomAxis(x)}, random_.Below(2) == 0);
      case 5:
        return Moved(x);
      default:
        return Product(x);
    }
  }
  int64_t RandomAxis(const Value& x) {
    return static_cast<int64_t>(random_.Below(static_cast<uint64_t>(x.rank())));
  }
  Value Unary(Value x) {
    const ir::OpDef* op[] = {&ops::kNegative, &ops::kTanh, &ops::kAbsolute};
    return builder_.Add(*op[random_.Below(3)], {{x}});
  }
  Value Binary(Value a, Value b) {
    const ir::OpDef* op[] = {&ops::kAdd, &ops::kSubtract, &ops::kMultiply, &ops::kMaximum};
    return ops::Tanh(builder_.Add(*op[random_.Below(4)], {{a, b}}));
  }
  // Of the same shape: 0, 1 or any other.
  Value Partner(const Value& x) {
    const uint64_t choice = random_.Below(4);
    if (choice < 2) return ops::Full(builder_, x.type(), static_cast<double>(choice));
    for (int tries = 0; tries < 8; ++tries) {
      const Value other = Any();
      if (other.shape() == x.shape()) return other;
    }
    return x;
  }
  Value Moved(Value x) {
    if (x.rank() == 2 && random_.Below(2) == 0) return Move(ops::kTranspose, x);
    if (random_.Below(3) == 0) return Move(ops::kReshape, x);
    return ops::Reshape(x, {x.shape().num_elements(), 1});
  }
  // As a node even where nothing moves.
  Value Move(const ir::OpDef& op, Value x) {
    if (&op == &ops::kReshape) return builder_.Add(op, {{x}}, ops::ReshapeAttrs{x.shape()});
    const bool swap = random_.Below(4) != 0;
    return builder_.Add(op, {{x}}, ops::TransposeAttrs{swap ? ops::Axes{1, 0} : ops::Axes{0, 1}});
  }
  // With whatever fits, transposed half of the time.
  Value Product(Value x) {
    if (x.rank() != 2) return Unary(x);
    for (int tries = 0; tries < 8; ++tries) {
      const Value other = Any();
      if (other.rank() != 2 || other.shape()[0] != x.shape()[1]) continue;
      if (x.shape()[0] * other.shape()[1] > 64) continue;
      const Value product = ops::Matmul(x, other);
      return random_.Below(2) == 0 ? product : ops::Transpose(product);
    }
    return ops::Matmul(x, ops::Transpose(x));
  }

  PhiloxStream random_;
  Builder builder_;
  ir::Values values_;
  ir::Values in_flight_;
};

std::vector<Case> Corpus() {
  std::vector<Case> corpus;
  for (const ops::Sample& sample : ops::AllSamples()) {
    corpus.push_back({sample.name, *ops::SampleGraph(sample, DType::kF32),
                      ops::OperandsIn(sample, DType::kF32)});
  }
  for (uint64_t seed = 0; seed < 200; ++seed) {
    corpus.push_back(RandomGraph(seed).Draw(fmt::format("seed {}", seed)));
  }
  return corpus;
}

std::vector<std::string> Effects(const Graph& graph) {
  std::vector<std::string> effects;
  for (const ir::Node& node : graph.nodes()) {
    if (node.op->kind != ir::OpKind::kEffect) continue;
    effects.push_back(fmt::format("{} {}", node.op->name, node.attrs.ToJson().Dump()));
  }
  return effects;
}

class PassSuite : public testing::TestWithParam<Pass> {
 protected:
  static const std::vector<Case>& corpus() {
    static const auto* corpus = new std::vector<Case>(Corpus());
    return *corpus;
  }
  Graph Run(const Graph& graph) {
    absl::StatusOr<Graph> result = GetParam().run(graph);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : Graph();
  }
};

TEST_P(PassSuite, GivesWhatTheVerifierAccepts) {
  for (const Case& c : corpus()) {
    const absl::Status status = ir::Verify(Run(c.graph));
    EXPECT_TRUE(status.ok()) << c.name << ": " << status;
  }
}

TEST_P(PassSuite, KeepsTheMeaning) {
  const auto device = backend::MakeReferenceDevice();
  for (const Case& c : corpus()) {
    const auto want = device->Evaluate(c.graph, c.inputs);
    ASSERT_TRUE(want.ok()) << c.name << ": " << want.status();
    const Graph graph = Run(c.graph);
    const auto got = device->Evaluate(graph, c.inputs);
    ASSERT_TRUE(got.ok()) << c.name << ": " << got.status();
    ASSERT_EQ(got->size(), want->size()) << c.name;
    for (size_t i = 0; i < want->size(); ++i) {
      EXPECT_EQ(graph.outputs()[i].name, c.graph.outputs()[i].name);
      if (GetParam().same_bits) {
        EXPECT_EQ((*got)[i], (*want)[i]) << c.name << " output " << i;
      } else {
        const absl::Status status = backend::ExpectClose((*want)[i], (*got)[i], 0);
        EXPECT_TRUE(status.ok()) << c.name << " output " << i << ": " << status;
      }
    }
  }
}

TEST_P(PassSuite, ChangesNothingTheSecondTime) {
  for (const Case& c : corpus()) {
    const Graph once = Run(c.graph);
    EXPECT_EQ(ir::ToText(Run(once)), ir::ToText(once)) << c.name;
  }
}

// Shards that meet in another order would wait for each other for ever.
TEST_P(PassSuite, KeepsEffectsInOrder) {
  for (const Case& c : corpus()) EXPECT_EQ(Effects(Run(c.graph)), Effects(c.graph)) << c.name;
}

// A pass that copied every graph would pass the rest.
TEST_P(PassSuite, FindsWorkInTheCorpus) {
  const auto changes = [&](const Case& c) {
    return ir::ToText(Run(c.graph)) != ir::ToText(c.graph);
  };
  EXPECT_GE(std::count_if(corpus().begin(), corpus().end(), changes), 20);
}

INSTANTIATE_TEST_SUITE_P(Passes, PassSuite, testing::ValuesIn(kPasses),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tricorn::transform
