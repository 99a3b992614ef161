#include "client/cli/callback_argument.h"

#include <gtest/gtest.h>

namespace tricorn::cli {
namespace {

TEST(ParseCallback, ReadsANameWithArguments) {
  EXPECT_EQ(
      ParseCallback("EarlyStopping:monitor=val_loss,patience=3,restore_best_weights=true")->Dump(),
      R"({"class_name": "EarlyStopping", "config": {"monitor": "val_loss", "patience": 3, )"
      R"("restore_best_weights": true}})");
  EXPECT_EQ(ParseCallback("mine>Callback")->Dump(),
            R"({"class_name": "mine>Callback", "config": {}})");
}

TEST(ParseCallback, TakesJsonAsItIs) {
  EXPECT_EQ(ParseCallback(R"({"class_name": "A", "config": {"b": [1]}})")->Dump(),
            R"({"class_name": "A", "config": {"b": [1]}})");
}

TEST(ParseCallback, RefusesOtherForms) {
  for (const char* bad : {"", ":a=1", "A:", "A:b", "A:=1", "{\"config\": 1}", "{"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseCallback(bad).status())) << bad;
  }
}

}  // namespace
}  // namespace tricorn::cli
