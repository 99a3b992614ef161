#include "core/plan/memory_plan.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/ir/builder.h"
#include "core/plan/largest_values.h"

namespace tricorn::plan {
namespace {

using ir::Builder;
using ir::Value;

absl::StatusOr<ir::Type> FirstType(std::span<const ir::Type> x, const ir::NoAttrs&) { return x[0]; }

const ir::OpDef kMap = ir::Op<>{.name = "map", .doc = "", .infer = FirstType};
const ir::OpDef kAlias =
    ir::Op<>{.name = "alias", .doc = "", .kind = ir::OpKind::kView, .infer = FirstType};
const ir::Type kType{DType::kF32, {256}};

bool Anything(const ir::Node&, size_t, size_t) { return true; }

TEST(MemoryPlan, ReusesBytesOfDeadValues) {
  Builder b;
  Value x = b.Input("x", kType);
  for (int i = 0; i < 10; ++i) x = b.Add(kMap, {{x}});
  const ir::Graph graph = *b.Finish({{"y", x}});
  EXPECT_EQ(PlanMemory(graph, {}).arena_nbytes, 2048);
  EXPECT_EQ(PlanMemory(graph, {.donations = {}, .workspace_nbytes = {}, .may_overwrite = Anything})
                .arena_nbytes,
            1024);
}

TEST(MemoryPlan, DonatedStateIsUpdatedInPlaceOnlyAfterItsLastReader) {
  Builder b;
  const Value w = b.Input("w", kType);
  const Value next = b.Add(kMap, {{w}});
  const Value late = b.Add(kMap, {{w, next}});
  const ir::Graph graph = *b.Finish({{"w", next}, {"late", late}});
  const MemoryPlan plan =
      PlanMemory(graph, {.donations = {{0, 0}}, .workspace_nbytes = {}, .may_overwrite = Anything});
  EXPECT_EQ(plan.slots[1].place, Slot::Place::kArena);
  ASSERT_EQ(plan.final_copies.size(), 1u);
  EXPECT_EQ(plan.final_copies[0].to.index, 0);

  Builder b2;
  const Value v = b2.Input("w", kType);
  const ir::Graph simple = *b2.Finish({{"w", b2.Add(kMap, {{v}})}});
  const MemoryPlan in_place = PlanMemory(
      simple, {.donations = {{0, 0}}, .workspace_nbytes = {}, .may_overwrite = Anything});
  EXPECT_EQ(in_place.slots[1].place, Slot::Place::kOutput);
  EXPECT_TRUE(in_place.final_copies.empty());
}

// Elements [begin, begin + 128) of a flat operand, as a view.
struct HalfAttrs {
  int64_t begin = 0;
  FIELDS(begin)
};
const ir::OpDef kHalf = ir::Op<HalfAttrs>{
    .name = "half",
    .doc = "",
    .kind = ir::OpKind::kView,
    .infer = [](std::span<const ir::Type>, const HalfAttrs&) -> absl::StatusOr<ir::Type> {
      return ir::Type{DType::kF32, {128}};
    },
    .view_offset = [](const HalfAttrs& a) { return a.begin; },
};

TEST(MemoryPlan, ResultsNeverOverwriteAPartOfADyingOperand) {
  for (const int64_t begin : {0, 64, 128}) {
    Builder b;
    const Value whole = b.Add(kMap, {{b.Input("x", kType)}});
    const Value half = b.Add(kHalf, {{whole}}, HalfAttrs{begin});
    const Value result = b.Add(kMap, {{half}});
    const Value last = b.Add(kMap, {{result}});
    const ir::Graph graph = *b.Finish({{"y", last}});
    const MemoryPlan plan =
        PlanMemory(graph, {.donations = {}, .workspace_nbytes = {}, .may_overwrite = Anything});
    const Slot base = plan.slots[static_cast<size_t>(whole.id())];
    EXPECT_EQ(plan.slots[static_cast<size_t>(half.id())].offset, base.offset + begin * 4);
    const int64_t at = plan.slots[static_cast<size_t>(result.id())].offset;
    EXPECT_TRUE(at + 512 <= base.offset || at >= base.offset + 1024) << "begin " << begin;
  }
}

// Runs `graph` on byte buffers as a backend would: a node's result is its operands' first word plus
// a constant of the node, so a value that was overwritten too early shows.
class Machine {
 public:
  Machine(const ir::Graph& graph, const MemoryPlan& plan) : graph_(graph), plan_(plan) {
    arena_.assign(static_cast<size_t>(plan.arena_nbytes) + 64, std::byte{0xee});
  }
  // By value id, computed without any sharing.
  static std::vector<uint32_t> Truth(const ir::Graph& graph) {
    std::vector<uint32_t> truth(graph.values().size());
    for (size_t i = 0; i < graph.inputs().size(); ++i)
      truth[static_cast<size_t>(graph.inputs()[i].value)] = InputWord(i);
    for (size_t n = 0; n < graph.nodes().size(); ++n) {
      const ir::Node& node = graph.nodes()[n];
      uint32_t sum = 0;
      for (const ir::ValueId id : node.operands) sum = sum * 31 + truth[static_cast<size_t>(id)];
      truth[static_cast<size_t>(node.results[0])] =
          node.op->kind == ir::OpKind::kView ? truth[static_cast<size_t>(node.operands[0])]
                                             : sum + static_cast<uint32_t>(n);
    }
    return truth;
  }
  std::vector<uint32_t> Run(const std::vector<std::pair<int32_t, int32_t>>& donations) {
    inputs_.assign(graph_.inputs().size(), 0);
    for (size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = InputWord(i);
    outputs_.assign(graph_.outputs().size(), 0);
    donations_ = donations;
    for (size_t n = 0; n < graph_.nodes().size(); ++n) {
      const ir::Node& node = graph_.nodes()[n];
      if (node.op->kind == ir::OpKind::kView) continue;
      uint32_t sum = 0;
      for (const ir::ValueId id : node.operands)
        sum = sum * 31 + *Word(plan_.slots[static_cast<size_t>(id)]);
      *Word(plan_.slots[static_cast<size_t>(node.results[0])]) = sum + static_cast<uint32_t>(n);
    }
    for (const Copy& copy : plan_.final_copies) *Word(copy.to) = *Word(copy.from);
    std::vector<uint32_t> results;
    for (size_t i = 0; i < outputs_.size(); ++i)
      results.push_back(*Word({Slot::Place::kOutput, static_cast<int32_t>(i), 0}));
    return results;
  }

 private:
  static uint32_t InputWord(size_t i) { return 0x1000000u + static_cast<uint32_t>(i); }
  uint32_t* Word(const Slot& slot) {
    if (slot.place == Slot::Place::kInput) return &inputs_[static_cast<size_t>(slot.index)];
    if (slot.place == Slot::Place::kArena)
      return reinterpret_cast<uint32_t*>(arena_.data() + slot.offset);
    for (const auto& [input, output] : donations_) {
      if (output == slot.index) return &inputs_[static_cast<size_t>(input)];
    }
    return &outputs_[static_cast<size_t>(slot.index)];
  }
  const ir::Graph& graph_;
  const MemoryPlan& plan_;
  std::vector<std::byte> arena_;
  std::vector<uint32_t> inputs_, outputs_;
  std::vector<std::pair<int32_t, int32_t>> donations_;
};

TEST(MemoryPlan, RandomGraphsComputeWhatTheyWouldWithoutSharing) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    PhiloxStream random(seed);
    Builder b;
    std::vector<Value> values;
    for (int i = 0; i < 3; ++i) values.push_back(b.Input("x" + std::to_string(i), kType));
    for (int i = 0; i < 20; ++i) {
      const Value a = values[random.Below(values.size())];
      const Value c = values[random.Below(values.size())];
      values.push_back(random.Below(4) == 0 ? b.Add(kAlias, {{a}}) : b.Add(kMap, {{a, c}}));
    }
    std::vector<std::pair<std::string, Value>> outputs;
    for (int i = 0; i < 4; ++i)
      outputs.emplace_back("y" + std::to_string(i), values[random.Below(values.size())]);
    const ir::Graph graph = *b.Finish(outputs);
    const std::vector<std::pair<int32_t, int32_t>> donations = {{0, 1}, {1, 0}};
    const MemoryPlan plan = PlanMemory(
        graph, {.donations = donations, .workspace_nbytes = {}, .may_overwrite = Anything});
    EXPECT_GE(plan.arena_nbytes, plan.lower_bound_nbytes);
    const std::vector<uint32_t> truth = Machine::Truth(graph);
    const std::vector<uint32_t> got = Machine(graph, plan).Run(donations);
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], truth[static_cast<size_t>(graph.outputs()[i].value)])
          << "seed " << seed << " output " << i;
    }
  }
}

TEST(LargestValues, NamesWhatTheArenaHoldsLargestFirst) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Value small = b.Add(kMap, {{b.Input("s", {DType::kF32, {2}})}});
  const Value large = b.Add(kMap, {{b.Add(kAlias, {{b.Add(kMap, {{x}})}})}});
  const ir::Graph graph = *b.Finish({{"y", b.Add(kMap, {{large, small}})}});
  const MemoryPlan plan = PlanMemory(graph, {});
  EXPECT_EQ(LargestValues(graph, plan, 2), "1024 float32(256,) map; 1024 float32(256,) map");
  EXPECT_EQ(LargestValues(graph, plan, 9),
            "1024 float32(256,) map; 1024 float32(256,) map; 8 float32(2,) map");
}

}  // namespace
}  // namespace tricorn::plan
