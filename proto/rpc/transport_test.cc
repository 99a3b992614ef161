#include "proto/rpc/transport.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include "core/base/env.h"

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

TEST(Transport, KnowsAddresses) {
  for (const char* address : {"127.0.0.1:1", "host.example:65535", "[::1]:7470", "unix:/a"}) {
    EXPECT_TRUE(CheckAddress("it", address).ok()) << address;
  }
  for (const char* address : {"", ":", ":7470", "host", "host:", "host:port", "host:65536",
                              "http://host:1", "a b:1", "127.0.0.1:-1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckAddress("it", address))) << address;
  }
}

TEST(Transport, RefusesTlsFilesThatAreNone) {
  const std::string path = testing::TempDir() + "/transport_test.pem";
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(path, "no certificate").ok());
  const absl::Status status =
      ChannelCredentialsFor({.ca = path, .certificate = "", .key = ""}).status();
  EXPECT_EQ(status, absl::InvalidArgumentError(path + ": expected a PEM file with a CERTIFICATE, "
                                                      "received 14 bytes without one"));
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
