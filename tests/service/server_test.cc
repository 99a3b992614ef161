#include "server/rpc/server.h"

#include "gmock/gmock.h"
#include "server/state/reason.h"
#include "tests/service/service_fixture.h"

namespace tricorn::server {
namespace {

using ::testing::HasSubstr;

// Self-signed for localhost, until 2126; of no use to anybody.
constexpr char kCertificate[] = R"pem(-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUSBXyzFXIgM1o0cj6cJYLSda01lEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDA3MTU1NloYDzIxMjYxMDMx
MDcxNTU2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASusR7EAdZnkPdC8SrPpUXzj20aNe25vESEKTNVJIU+b5+PosRjHocq
Pa6cRWwpfl1CKC4DkXL7u4sR3PwvPZEJo2kwZzAdBgNVHQ4EFgQUapk641wBv/dk
ahATJFn8BnwkA3MwHwYDVR0jBBgwFoAUapk641wBv/dkahATJFn8BnwkA3MwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIgGQFfO2kIHknIRUNkM14oXNjjWDe/CLJTcHIMuBuA5IQCIQCkbATyUm36
U3FJvTkHDHsf7/bObvWEWStRFTGCdnx3pw==
-----END CERTIFICATE-----
)pem";
constexpr char kKey[] = R"pem(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzJB9MoK1JFfrXiGD
evMMSvt9DeD7xbSwWIJJHnLDlCChRANCAASusR7EAdZnkPdC8SrPpUXzj20aNe25
vESEKTNVJIU+b5+PosRjHocqPa6cRWwpfl1CKC4DkXL7u4sR3PwvPZEJ
-----END PRIVATE KEY-----
)pem";

class RpcServerTest : public ServiceTest {
 protected:
  absl::Status Listen(const std::string& address, bool insecure = false) {
    RpcServerOptions options;
    options.listen = address;
    options.insecure = insecure;
    return RpcServer::Start(options, facts_, *coordinator_, *store_).status();
  }
};

TEST_F(RpcServerTest, ListensBeyondLoopbackOnlyWithTlsOrWhenTold) {
  const absl::Status refused = Listen("0.0.0.0:0");
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.message(), HasSubstr("--insecure"));
  EXPECT_TRUE(Listen("0.0.0.0:0", true).ok());
}

TEST_F(RpcServerTest, ServesTls) {
  RpcServerOptions options;
  options.listen = "localhost:0";
  options.tls.certificate = JoinPath(directory_, "cert.pem");
  options.tls.key = JoinPath(directory_, "key.pem");
  EXPECT_EQ(RpcServer::Start(options, facts_, *coordinator_, *store_).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(options.tls.certificate, kCertificate).ok());
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(options.tls.key, kKey).ok());
  auto server = RpcServer::Start(options, facts_, *coordinator_, *store_);
  ASSERT_TRUE(server.ok()) << server.status();
  grpc::SslCredentialsOptions trust;
  trust.pem_root_certs = kCertificate;
  channel_ = grpc::CreateChannel((*server)->address(), grpc::SslCredentials(trust));
  tricorn::v1::ServerInfo info;
  const absl::Status status = Call(&tricorn::v1::ClusterService::Stub::GetServerInfo,
                                   tricorn::v1::GetServerInfoRequest(), &info);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(info.version(), "1.2.3");
}

TEST_F(RpcServerTest, ATakenPortIsAnError) {
  const absl::Status status = Listen(server_->address());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr(server_->address()));
}

TEST_F(RpcServerTest, ShutdownDoesNotWaitForWatchers) {
  CreateFit("j");
  tricorn::v1::JobService::Stub stub(channel_);
  grpc::ClientContext context;
  tricorn::v1::WatchJobRequest request;
  request.set_name("jobs/j");
  auto reader = stub.WatchJob(&context, request);
  tricorn::v1::JobEvent event;
  ASSERT_TRUE(reader->Read(&event));
  const absl::Time start = absl::Now();
  Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  while (reader->Read(&event)) {
  }
  EXPECT_FALSE(reader->Finish().ok());
}

}  // namespace
}  // namespace tricorn::server
