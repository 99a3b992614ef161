#include "core/keras/training/per_output.h"

#include <gtest/gtest.h>

namespace tricorn::keras {
namespace {

using Names = Nest<std::string>;
using Strings = std::vector<std::string>;

Names List(std::vector<Names> items) { return Names(Names::List(std::move(items))); }

// {"p": [a, b], "q": c}
Names Nested() {
  return Names(
      Names::Dict{{"q", std::string("c")}, {"p", List({std::string("a"), std::string("b")})}});
}

std::string Cut(const std::string& json, const Names& names) {
  const auto entries = PerOutput(*Json::Parse(json), "loss", names);
  return entries.ok() ? Json(Json::Array(*entries)).Dump()
                      : std::string(entries.status().message());
}

TEST(LossNames, AreKerassOfNestedOutputs) {
  EXPECT_EQ(LossNames(std::string("a")), Strings({"a"}));
  EXPECT_EQ(LossNames(List({std::string("a"), std::string("b")})), Strings({"a", "b"}));
  EXPECT_EQ(LossNames(Nested()), Strings({"p/a", "p/b", "q"}));
  EXPECT_EQ(LossNames(List({std::string("a"), List({std::string("b"), std::string("c")})})),
            Strings({"a", "1/b", "1/c"}));
}

TEST(PerOutput, CutsWhatIsNestedAsTheOutputs) {
  EXPECT_EQ(Cut(R"("mse")", Nested()), R"(["mse", "mse", "mse"])");
  EXPECT_EQ(Cut(R"(["mse", "mae", null])", Nested()), R"(["mse", "mae", null])");
  EXPECT_EQ(Cut(R"({"p": ["mse", "mae"], "q": "huber"})", Nested()), R"(["mse", "mae", "huber"])");
  EXPECT_EQ(Cut(R"({"q": ["mae", "mse"]})", Nested()), R"([null, null, ["mae", "mse"]])");
}

TEST(PerOutput, RefusesWhatIsNestedOtherwise) {
  EXPECT_EQ(Cut(R"({"p": ["mse"]})", Nested()),
            R"(loss: expected a list of 2 entries, one an output, received ["mse"])");
  EXPECT_EQ(Cut(R"({"r": "mse"})", Nested()), "loss: expected keys of the outputs, received 'r'");
  EXPECT_EQ(Cut(R"([["mse"], "mae", "mse"])", Nested()),
            R"(loss: expected a dictionary as the outputs are, received [["mse"], "mae", "mse"])");
  EXPECT_EQ(Cut(R"({"b": "mse"})", List({std::string("a"), std::string("c")})),
            "loss: expected names of outputs (a, c), received 'b'");
}

}  // namespace
}  // namespace tricorn::keras
