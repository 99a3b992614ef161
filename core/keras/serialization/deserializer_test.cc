#include "core/keras/serialization/deserializer.h"

#include <gtest/gtest.h>

#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/ref.h"

namespace tricorn::keras {
namespace {

struct Shape2 : Serializable {
  static constexpr std::string_view kKind = "shape";
  static const Registry<Shape2>& Builtins();
  std::string_view module() const override { return "keras.shapes"; }
};

struct PairConfig {
  Ref<Shape2> inner = nullptr;
  int64_t size = 1;
  FIELDS(inner, size)
};

struct Pair : Shape2 {
  static constexpr std::string_view kClassName = "Pair";
  PairConfig config;
  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override { return ToJson(config); }
  static absl::StatusOr<std::shared_ptr<Pair>> FromConfig(const Json& json,
                                                          const Deserializer& deserializer) {
    auto pair = std::make_shared<Pair>();
    RETURN_IF_ERROR(DecodeConfig(json, &pair->config, deserializer));
    return pair;
  }
};

const Registry<Shape2>& Shape2::Builtins() {
  static const Registry<Shape2> registry = [] {
    Registry<Shape2> made;
    made.Add<Pair>();
    return made;
  }();
  return registry;
}

Registries Objects() {
  Registries objects;
  objects.Of<Shape2>() = Shape2::Builtins();
  objects.Of<Shape2>().Add<Pair>("mine>Pair");
  return objects;
}

std::string Error(const std::string& json) {
  const Registries objects = Objects();
  return std::string(Deserializer(objects).Object<Shape2>(*Json::Parse(json)).status().message());
}

TEST(Deserializer, RoundTripsNestedObjects) {
  const Registries objects = Objects();
  const std::string text =
      R"({"module": "keras.shapes", "class_name": "Pair", "config": {"inner": )"
      R"({"module": "keras.shapes", "class_name": "Pair", "config": {"inner": null, "size": 7}, )"
      R"("registered_name": null}, "size": 2}, "registered_name": null})";
  const auto object = Deserializer(objects).Object<Shape2>(*Json::Parse(text));
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(SerializeObject(**object), *Json::Parse(text));
}

TEST(Deserializer, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(Error(R"({"class_name": "Cube", "config": {}})"),
            "shape: expected a class known to this build, received 'Cube'");
  EXPECT_EQ(Error(R"({"class_name": "Pair", "registered_name": "yours>Pair", "config": {}})"),
            "shape: expected a class known to this build, received 'yours>Pair'");
  EXPECT_EQ(Error(R"({"class_name": "Pair", "config": {"length": 3}})"),
            "Pair: length: expected one of (inner, size), received this key");
  EXPECT_EQ(Error(R"({"class_name": "Pair", "config": {"size": "x"}})"),
            "Pair: size: expected int, received string \"x\"");
}

TEST(Deserializer, FindsAUsersClassByItsRegisteredName) {
  EXPECT_EQ(Error(R"({"class_name": "Pair", "registered_name": "mine>Pair", "config": {}})"), "");
}

TEST(Deserializer, RefusesLambdasForeignNamesAndBottomlessNesting) {
  EXPECT_NE(Error(R"({"class_name": "__lambda__", "config": {}})").find("bytecode"),
            std::string::npos);
  EXPECT_NE(Error(R"({"module": "keras.shapes", "class_name": "Pair",
                      "registered_name": "evil", "config": {}})")
                .find("expected no registered_name"),
            std::string::npos);
  std::string deep = "null";
  for (int i = 0; i < 60; ++i) {
    deep = R"({"class_name": "Pair", "config": {"inner": )" + deep + "}}";
  }
  EXPECT_NE(Error(deep).find("nested at most 40 deep"), std::string::npos);
}

}  // namespace
}  // namespace tricorn::keras
