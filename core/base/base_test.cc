#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "core/base/env.h"
#include "core/base/json_fields.h"
#include "core/base/random.h"

namespace tricorn {
namespace {

struct Inner {
  std::vector<int64_t> shape;
  FIELDS(shape)
};
struct Outer {
  float rate = 0.5f;
  std::optional<int64_t> seed;
  Inner inner;
  std::string name = "x";
  FIELDS(rate, seed, inner, name)
};

TEST(JsonFields, RoundTrips) {
  const Outer outer{.rate = 0.25f, .seed = 7, .inner = {{1, 2}}, .name = "drop\"out\n"};
  Outer back;
  ASSERT_TRUE(FromJson(*Json::Parse(ToJson(outer).Dump()), &back).ok());
  EXPECT_TRUE(outer == back);
}

TEST(JsonFields, NamesTheUnknownKeyAndTheWrongKind) {
  Outer outer;
  EXPECT_EQ(std::string(FromJson(*Json::Parse(R"({"rat": 1})"), &outer).message()).find("rat:"),
            0u);
  const absl::Status status = FromJson(*Json::Parse(R"({"inner": {"shape": [1, "a"]}})"), &outer);
  EXPECT_EQ(std::string(status.message()), "inner: shape: expected int, received string \"a\"");
}

TEST(Json, ReadsWhatPythonWrites) {
  const Json json = *Json::Parse(R"({"a": [NaN, -Infinity, "NaN", 1e-7, 2, 2.0], "b": null})");
  EXPECT_EQ(json.Dump(), R"({"a": [NaN, -Infinity, "NaN", 1e-07, 2, 2.0], "b": null})");
}

TEST(Json, RefusesBombs) {
  EXPECT_FALSE(Json::Parse(std::string(1000, '[')).ok());
  EXPECT_FALSE(Json::Parse("[1,2,3]", {.max_values = 3}).ok());
  EXPECT_FALSE(Json::Parse("{\"a\": ").ok());
}

TEST(Philox, MatchesTheReferenceVectors) {
  // Random123's known-answer test for philox4x32-10.
  EXPECT_EQ(Philox({0, 0}, {0, 0, 0, 0}),
            (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t f = 0xffffffff;
  EXPECT_EQ(Philox({f, f}, {f, f, f, f}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Env, WritesAtomicallyAndNamesTheMissingFile) {
  Env& env = Env::Posix();
  const std::string path = testing::TempDir() + "/env_test_file";
  ASSERT_TRUE(env.WriteFileAtomically(path, "abc").ok());
  EXPECT_EQ(*env.ReadFile(path), "abc");
  EXPECT_EQ(env.ReadFile(path + ".no").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(env.Remove(path).ok());
}

}  // namespace
}  // namespace tricorn
