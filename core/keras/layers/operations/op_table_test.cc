#include "core/keras/layers/operations/op_table.h"

#include <gtest/gtest.h>

#include "core/keras/layers/operations/op_arguments.h"
#include "core/keras/layers/operations/operations.h"

namespace tricorn::keras {
namespace {

using ir::Value;
using Argument = Nest<Value>;

Argument Literal(const char* json) { return Argument(*Json::Parse(json)); }

class OpArgumentsTest : public testing::Test {
 protected:
  Value Input(Shape shape, DType dtype = DType::kF32) {
    return builder_.Input("x" + std::to_string(num_inputs_++), {dtype, std::move(shape)});
  }

  ir::Builder builder_;
  int num_inputs_ = 0;
};

TEST_F(OpArgumentsTest, PositionsFollowTheParametersThatTheConfigLeaves) {
  const Value x = Input({2}), fill = Input({});
  const CallArguments<Value> call({Argument(x), Argument(fill)});
  const Json config = *Json::Parse(R"({"pad_width": [1, 2], "mode": "constant"})");
  const OpArguments a(builder_, "x pad_width mode constant_values", call, config);
  EXPECT_EQ(a.Tensor("x"), x);
  EXPECT_EQ(a.Tensor("constant_values"), fill);
  EXPECT_EQ(a.Ints("pad_width"), (ops::Axes{1, 2}));
  EXPECT_EQ(a.Text("mode", ""), "constant");
  EXPECT_TRUE(builder_.ok()) << builder_.status();
}

TEST_F(OpArgumentsTest, AnEmptyListOfAxesIsNoneOfThem) {
  const Value x = Input({2, 3});
  for (const char* name : {"sum", "prod", "max", "mean", "var", "logsumexp"}) {
    CallArguments<Value> call({Argument(x)});
    call.kwargs.emplace_back("axis", Literal("[]"));
    const OpEntry& op = *FindKerasOp(name);
    OpArguments a(builder_, op.parameters, call, Json());
    EXPECT_EQ(op.function(a)[0].shape(), Shape({2, 3})) << name;
  }
  EXPECT_TRUE(builder_.ok()) << builder_.status();
}

TEST_F(OpArgumentsTest, StarsTakeTheRest) {
  const Value x = Input({2}), y = Input({3});
  CallArguments<Value> call({Argument(x), Argument(y)});
  call.kwargs.emplace_back("h", Literal("3"));
  const OpArguments a(builder_, "*xs **lengths", call, Json());
  EXPECT_EQ(a.Tensors("xs"), (ir::Values{x, y}));
  ASSERT_EQ(a.Keywords().size(), 1u);
  EXPECT_EQ(a.Keywords()[0].first, "h");
}

TEST_F(OpArgumentsTest, LiteralsBecomeTensorsAsInKeras) {
  const CallArguments<Value> call(
      {Literal("[[1, 2], [3, 4]]"), Literal("[1, 2.5]"), Literal("true"), Literal("\"-inf\"")});
  const OpArguments a(builder_, "ints floats flag limit", call, Json());
  EXPECT_EQ(a.Tensor("ints").type(), (ir::Type{DType::kI32, {2, 2}}));
  EXPECT_EQ(a.Tensor("floats").type(), (ir::Type{DType::kF32, {2}}));
  EXPECT_EQ(a.Tensor("flag").type(), (ir::Type{DType::kBool, {}}));
  EXPECT_EQ(a.Number("limit"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(builder_.ok()) << builder_.status();
}

TEST_F(OpArgumentsTest, NoneIsGivenButNotHad) {
  const CallArguments<Value> call({Literal("null")});
  const OpArguments a(builder_, "axis other", call, Json());
  EXPECT_TRUE(a.IsGiven("axis"));
  EXPECT_FALSE(a.Has("axis"));
  EXPECT_FALSE(a.IsGiven("other"));
  EXPECT_EQ(a.Int("axis", 7), 7);
}

TEST_F(OpArgumentsTest, RefusesWhatIsNoParameter) {
  CallArguments<Value> call;
  call.kwargs.emplace_back("axes", Literal("1"));
  OpArguments(builder_, "x axis", call, Json());
  EXPECT_EQ(builder_.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(builder_.status().message().find("axes"), std::string::npos);
}

TEST_F(OpArgumentsTest, RefusesRowsOfDifferentLength) {
  const OpArguments a(builder_, "x", CallArguments<Value>({Literal("[[1, 2], [3]]")}), Json());
  a.Tensor("x");
  EXPECT_EQ(builder_.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(KerasOps, EachNameFindsItsEntry) {
  ASSERT_NE(FindKerasOp("abs"), nullptr);
  EXPECT_EQ(FindKerasOp("abs"), FindKerasOp("absolute"));
  EXPECT_EQ(FindKerasOp("no_such_op"), nullptr);
  for (const std::string_view name : KerasOpNames()) {
    const OpEntry* entry = FindKerasOp(name);
    ASSERT_NE(entry, nullptr) << name;
    EXPECT_NE(entry->function, nullptr) << name;
    EXPECT_FALSE(entry->module.empty()) << name;
    EXPECT_FALSE(entry->parameters.empty()) << name;
  }
}

TEST_F(OpArgumentsTest, ShapesThatFollowFromValuesAskForTheirLength) {
  const CallArguments<Value> call({Argument(Input({4}, DType::kI32))});
  const OpEntry& nonzero = *FindKerasOp("nonzero");
  OpArguments unknown(builder_, nonzero.parameters, call, Json());
  nonzero.function(unknown);
  EXPECT_TRUE(unknown.unknown_length().has_value());
  OpArguments known(builder_, nonzero.parameters, call, Json());
  known.set_length(3);
  EXPECT_EQ(nonzero.function(known)[0].shape(), Shape{3});
  EXPECT_FALSE(known.unknown_length().has_value());
}

TEST_F(OpArgumentsTest, ACompiledModelRefusesShapesThatFollowFromValues) {
  Registry<Operation> registry;
  AddOperations(registry);
  const Registries none;
  const auto op = (*registry.Find("Nonzero"))(*Json::Parse("{}"), Deserializer(none));
  ASSERT_TRUE(op.ok()) << op.status();
  CallContext context(builder_, false);
  (*op)->CallWith(context, CallArguments<Value>({Argument(Input({4}, DType::kI32))}));
  EXPECT_EQ(builder_.status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace tricorn::keras
