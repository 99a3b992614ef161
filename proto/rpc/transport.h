#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace grpc {
class Channel;
class ChannelCredentials;
class ServerBuilder;
class ServerCredentials;
}  // namespace grpc

namespace tricorn::rpc {

// Paths of PEM files; empty: not used.
struct TlsFiles {
  std::string ca;           // whom to trust: a server that has it asks clients for a certificate
  std::string certificate;  // who we are,
  std::string key;          // and its private key

  bool empty() const { return ca.empty() && certificate.empty() && key.empty(); }
};

// Whether `address` (host:port) reaches this machine alone: localhost, 127.0.0.0/8, [::1], unix:.
bool IsLoopback(std::string_view address);

// Errors: InvalidArgument for what is neither host:port nor unix:path.
absl::Status CheckAddress(std::string_view subject, std::string_view address);

// Who may listen at `address`: anybody on loopback, elsewhere who has TLS or says `insecure`.
// Errors: FailedPrecondition when it may not; InvalidArgument for an incomplete set of files;
// what the file system says.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentialsFor(
    const std::string& address, const TlsFiles& tls, bool insecure);

// The same rule for an HTTP listener, which has no TLS.
absl::Status CheckPlainListener(const std::string& address, bool insecure);

// A client's side: TLS when `tls` has a `ca` (and our own certificate, when there is one).
// Errors: InvalidArgument for files that are no PEM, and the like.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentialsFor(
    const TlsFiles& tls);

// The coordinator bounds the messages that pass through it: to this, unless its operator says
// otherwise,
inline constexpr int kDefaultMaxMessageBytes = 64 << 20;
// and to this at most. Whoever talks to it takes as much: another bound would be a second opinion.
inline constexpr int kLargestMessageBytes = 1 << 30;

// What every server of the project sets: message bounds, and leave for MakeChannel's keepalive
// pings, which gRPC's servers otherwise answer by closing the connection.
void ConfigureServer(grpc::ServerBuilder& builder, int max_message_bytes = kDefaultMaxMessageBytes);

// A channel to `address` that notices a dead peer within some 20 s, tries again at least every
// 2 s, and takes messages of up to `max_message_bytes`.
std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    int max_message_bytes = kLargestMessageBytes);

// If the channel is not connected: drives its attempts to connect until one succeeds (true), the
// deadline passes or `give_up` says so. (While no call is under way gRPC looks after its
// connections every 5 s only, so whoever just sleeps between attempts notices late that the peer is
// back.)
bool AwaitReconnection(grpc::Channel& channel, absl::Time deadline,
                       absl::FunctionRef<bool()> give_up);

}  // namespace tricorn::rpc
