#include "core/backend/trace.h"

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace tricorn::backend {
namespace {

TEST(ChromeTrace, HasEveryEventAndTheGapsOfAllStreamsTogether) {
  const TraceEvent events[] = {
      {.name = "late", .stream = 7, .start_ns = 9000, .end_ns = 9500},
      {.name = "copy", .stream = 8, .start_ns = 1000, .end_ns = 5000, .nbytes = 12},
      {.name = "early", .stream = 7, .start_ns = 2000, .end_ns = 3000}};
  const absl::StatusOr<Json> trace = Json::Parse(ChromeTrace(events));
  ASSERT_TRUE(trace.ok()) << trace.status();
  const Json::Array& spans = (*trace)["traceEvents"].AsArray();
  ASSERT_EQ(spans.size(), 5u);
  EXPECT_EQ(spans[1]["name"].AsString(), "copy");
  EXPECT_EQ(spans[1]["ts"].AsDouble(), 0);
  EXPECT_EQ(spans[1]["dur"].AsDouble(), 4);
  EXPECT_EQ(spans[1]["args"]["bytes"].AsInt(), 12);
  EXPECT_EQ(spans[2]["name"].AsString(), "early");
  EXPECT_EQ(spans[3]["name"].AsString(), "gap");
  EXPECT_EQ(spans[3]["ts"].AsDouble(), 4);
  EXPECT_EQ(spans[3]["dur"].AsDouble(), 4);
  EXPECT_EQ(spans[4]["tid"].AsInt(), 7);
}

TEST(KernelTable, AddsUpByNameLongestFirst) {
  const TraceEvent events[] = {{.name = "a", .start_ns = 0, .end_ns = 1000},
                               {.name = "b", .start_ns = 0, .end_ns = 8000},
                               {.name = "a", .start_ns = 0, .end_ns = 3000}};
  EXPECT_EQ(KernelTable(events, 2),
            "       6.0 us    1.5 x  in all\n"
            "       4.0 us    0.5 x  b\n"
            "       2.0 us    1.0 x  a\n");
}

}  // namespace
}  // namespace tricorn::backend
