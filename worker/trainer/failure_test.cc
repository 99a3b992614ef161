#include "worker/trainer/failure.h"

#include <gtest/gtest.h>

#include "worker/process/inherited.h"

namespace tricorn::worker {
namespace {

TEST(FailureOf, FitsIntoTheLastWordsOfAProcess) {
  std::string message = "x";
  while (message.size() < 2 * kMaxLastWordsBytes) message += "\u00e4";
  const std::string words = FailureOf(absl::InvalidArgumentError(message)).SerializeAsString();
  EXPECT_LE(words.size(), kMaxLastWordsBytes);
  v1::Failure heard;
  ASSERT_TRUE(heard.ParseFromString(words));
  EXPECT_EQ(heard.code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(heard.message(), message.substr(0, heard.message().size()));
}

}  // namespace
}  // namespace tricorn::worker
