#include "proto/rpc/utf8_fields.h"

#include <gtest/gtest.h>

#include "tricorn/v1/job.pb.h"

namespace tricorn::rpc {
namespace {

TEST(CheckUtf8Fields, NamesTheFieldWhereverItIs) {
  v1::CreateJobRequest request;
  request.set_job_id("caf\u00e9");
  (*request.mutable_labels())["a"] = "b";
  request.mutable_spec()->mutable_fit()->add_callbacks_json("{}");
  EXPECT_TRUE(CheckUtf8Fields(request).ok());
  request.mutable_spec()->mutable_fit()->add_callbacks_json("caf\xe9");
  EXPECT_EQ(
      CheckUtf8Fields(request),
      absl::InvalidArgumentError("callbacks_json: expected text in UTF-8, received 'caf\ufffd'"));
  request.mutable_spec()->clear_fit();
  (*request.mutable_labels())["\xff"] = "b";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckUtf8Fields(request)));
}

}  // namespace
}  // namespace tricorn::rpc
