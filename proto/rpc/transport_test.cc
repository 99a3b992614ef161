#include "proto/rpc/transport.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

namespace tricorn::rpc {
namespace {

TEST(Transport, KnowsLoopbackAddresses) {
  for (const char* address : {"127.0.0.1:1", "127.1.2.3:80", "localhost:0", "[::1]:1", "unix:/a"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.evil.example:1", ":1", ""}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(Transport, ListensElsewhereOnlyWithTlsOrSayingInsecure) {
  EXPECT_TRUE(ServerCredentialsFor("127.0.0.1:0", {}, false).ok());
  EXPECT_TRUE(ServerCredentialsFor("0.0.0.0:0", {}, true).ok());
  EXPECT_EQ(ServerCredentialsFor("0.0.0.0:0", {}, false).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CheckPlainListener("0.0.0.0:0", false).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(CheckPlainListener("0.0.0.0:0", true).ok());
}

TEST(Transport, RefusesIncompleteTlsFiles) {
  EXPECT_EQ(ServerCredentialsFor("127.0.0.1:0", {.ca = "", .certificate = "c", .key = ""}, false)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ChannelCredentialsFor({.ca = "", .certificate = "c", .key = "k"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ChannelCredentialsFor({.ca = "/nowhere/ca.pem", .certificate = "", .key = ""})
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tricorn::rpc
