#include "proto/rpc/transport.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "core/base/status.h"

namespace tricorn::rpc {
namespace {

constexpr int kKeepaliveMs = 10'000;
constexpr absl::Duration kReconnectionSlice = absl::Milliseconds(200);
constexpr int kMaxBackoffMs = 2'000;
constexpr int kConnectTimeoutMs = 5'000;  // of one attempt, whatever the argument is called

absl::Status CheckPair(const TlsFiles& tls) {
  if (tls.certificate.empty() == tls.key.empty()) return absl::OkStatus();
  return InvalidArgument("TLS: expected certificate and key together, received {}",
                         tls.key.empty() ? "no key" : "no certificate");
}

// `what`: "CERTIFICATE", or "KEY" for one of any kind.
absl::StatusOr<std::string> ReadPem(const std::string& path, std::string_view what) {
  if (path.empty()) return std::string();
  ASSIGN_OR_RETURN(std::string pem, Env::Posix().ReadFile(path));
  const size_t begin = pem.find("-----BEGIN ");
  if (begin != pem.npos && pem.find(std::string(what) + "-----", begin) != pem.npos) return pem;
  return InvalidArgument("{}: expected a PEM file with a {}, received {} bytes without one", path,
                         what, pem.size());
}

absl::Status ListeningRefused(std::string_view address, std::string_view instead) {
  return FailedPrecondition(
      "listen {}: expected a loopback address, or {}, received an address that others reach",
      address, instead);
}

}  // namespace

bool IsLoopback(std::string_view address) {
  if (address.substr(0, 5) == "unix:") return true;
  const size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  return host == "localhost" || host == "[::1]" ||
         (host.substr(0, 4) == "127." && host.find_first_not_of("0123456789.") == host.npos);
}

absl::Status CheckAddress(std::string_view subject, std::string_view address) {
  if (address.substr(0, 5) == "unix:") return absl::OkStatus();
  const size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  const std::string_view port = colon == address.npos ? "" : address.substr(colon + 1);
  const bool has_host = !host.empty() && host.find_first_of(" \t\n/@") == host.npos;
  const bool has_port = !port.empty() && port.size() <= 5 &&
                        port.find_first_not_of("0123456789") == port.npos &&
                        std::stoi(std::string(port)) <= 65535;
  if (has_host && has_port) return absl::OkStatus();
  return InvalidArgument("{}: expected host:port, received '{}'", subject, address);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentialsFor(
    const std::string& address, const TlsFiles& tls, bool insecure) {
  RETURN_IF_ERROR(CheckPair(tls));
  if (tls.certificate.empty()) {
    if (!tls.ca.empty()) return InvalidArgument("TLS: expected certificate and key, received a CA");
    if (!IsLoopback(address) && !insecure) {
      return ListeningRefused(address, "TLS files, or --insecure");
    }
    return grpc::InsecureServerCredentials();
  }
  grpc::SslServerCredentialsOptions options(
      tls.ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                     : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  ASSIGN_OR_RETURN(options.pem_root_certs, ReadPem(tls.ca, "CERTIFICATE"));
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  ASSIGN_OR_RETURN(pair.private_key, ReadPem(tls.key, "KEY"));
  ASSIGN_OR_RETURN(pair.cert_chain, ReadPem(tls.certificate, "CERTIFICATE"));
  options.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(options);
}

absl::Status CheckPlainListener(const std::string& address, bool insecure) {
  if (IsLoopback(address) || insecure) return absl::OkStatus();
  return ListeningRefused(address, "--insecure");
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentialsFor(
    const TlsFiles& tls) {
  if (tls.empty()) return grpc::InsecureChannelCredentials();
  RETURN_IF_ERROR(CheckPair(tls));
  if (tls.ca.empty()) {
    return InvalidArgument("TLS: expected a CA with a client's certificate, received none");
  }
  grpc::SslCredentialsOptions options;
  ASSIGN_OR_RETURN(options.pem_root_certs, ReadPem(tls.ca, "CERTIFICATE"));
  ASSIGN_OR_RETURN(options.pem_private_key, ReadPem(tls.key, "KEY"));
  ASSIGN_OR_RETURN(options.pem_cert_chain, ReadPem(tls.certificate, "CERTIFICATE"));
  return grpc::SslCredentials(options);
}

void ConfigureServer(grpc::ServerBuilder& builder, int max_message_bytes) {
  builder.SetMaxReceiveMessageSize(max_message_bytes);
  builder.SetMaxSendMessageSize(max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kKeepaliveMs / 2);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Two servers on one port would each get a part of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    int max_message_bytes) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  // Loopback and cluster addresses are reached directly, whatever proxy the environment names.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(max_message_bytes);
  arguments.SetMaxSendMessageSize(max_message_bytes);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

bool AwaitReconnection(grpc::Channel& channel, absl::Time deadline,
                       absl::FunctionRef<bool()> give_up) {
  if (channel.GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY) return false;
  while (absl::Now() < deadline && !give_up()) {
    const absl::Time slice = std::min(deadline, absl::Now() + kReconnectionSlice);
    if (channel.WaitForConnected(absl::ToChronoTime(slice))) return true;
  }
  return false;
}

}  // namespace tricorn::rpc
