#include "core/base/status.h"

#include <gtest/gtest.h>

#include "absl/strings/cord.h"

namespace tricorn {
namespace {

TEST(WithSubject, NamesTheSubjectAndKeepsCodeAndPayloads) {
  absl::Status status = absl::AbortedError("replaced");
  status.SetPayload("url", absl::Cord("payload"));
  const absl::Status named = WithSubject(status, "key k");
  EXPECT_EQ(named.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(named.message(), "key k: replaced");
  EXPECT_EQ(named.GetPayload("url"), absl::Cord("payload"));
  EXPECT_TRUE(WithSubject(absl::OkStatus(), "key k").ok());
}

}  // namespace
}  // namespace tricorn
