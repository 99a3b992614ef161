#include "tests/conformance/inventory.h"

#include <gtest/gtest.h>

#include "fmt/core.h"

namespace tricorn::conformance {
namespace {

absl::StatusOr<Inventory> Take(const std::string& text) {
  // One for each test: they may run at the same time.
  const auto& test = *testing::UnitTest::GetInstance()->current_test_info();
  const std::string path = JoinPath(testing::TempDir(), fmt::format("{}.md", test.name()));
  EXPECT_TRUE(Env::Posix().WriteFileAtomically(path, text).ok());
  return TakeInventory(Env::Posix(), path);
}

TEST(Inventory, AsksTheRegistries) {
  const auto taken = Take(
      "## layers\n| Dense | C | `(units)` |\n| NoSuchLayer | C | `()` |\n| Layer | D | `()` |\n"
      "## ops\n- **C** (3): add, silu (= swish), no_such_op\n- **D** (1): cond\n");
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_FALSE(taken->complete);
  for (const char* line :
       {"exist: Dense\n", "missing: NoSuchLayer\n", "exist: add, silu\n", "missing: no_such_op\n",
        "| layers | 1 of 2 |\n", "| ops | 2 of 3 |\n", "| all | 3 of 5 |\n"}) {
    EXPECT_NE(taken->report.find(line), std::string::npos) << line << taken->report;
  }
}

TEST(Inventory, CountsSchedulesApart) {
  const auto taken =
      Take("## optimizers\n| Adam | C | `()` |\n| schedules.CosineDecay | C | `()` |\n");
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_TRUE(taken->complete) << taken->report;
  EXPECT_NE(taken->report.find("| schedules | 1 of 1 |"), std::string::npos) << taken->report;
}

TEST(Inventory, AFamilyWithoutARegistryHasNothing) {
  const auto taken = Take("## datasets\n- **C** (1): add\n");
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_FALSE(taken->complete);
  EXPECT_NE(taken->report.find("datasets (no registry)"), std::string::npos) << taken->report;
}

TEST(Inventory, RefusesAFileWithoutNames) {
  EXPECT_EQ(Take("nothing\n").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace tricorn::conformance
