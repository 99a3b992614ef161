#include "proto/rpc/status.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

namespace tricorn::rpc {
namespace {

TEST(RpcStatus, KeepsCodeMessageAndReasonBothWays) {
  const absl::Status status =
      WithReason(absl::AbortedError("jobs/a: generation 2 is over"), kStaleGeneration);
  const absl::Status back = FromGrpc(ToGrpc(status));
  EXPECT_EQ(back, status);
  EXPECT_EQ(ReasonOf(back), "STALE_GENERATION");
  EXPECT_TRUE(IsStaleGeneration(back));
}

TEST(RpcStatus, OkStaysOkAndPlainErrorsHaveNoReason) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
  EXPECT_TRUE(WithReason(absl::OkStatus(), "X").ok());
  const absl::Status plain = FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "why"));
  EXPECT_EQ(plain, absl::AbortedError("why"));
  EXPECT_EQ(ReasonOf(plain), "");
  EXPECT_FALSE(IsStaleGeneration(plain));
}

}  // namespace
}  // namespace tricorn::rpc
