#include "core/comm/tcp/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

struct Endpoint {
  sockaddr_storage address;
  socklen_t size;
  int family;
};

absl::StatusOr<Endpoint> Parse(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    return InvalidArgument("address '{}', port '{}': expected a numeric IPv4 or IPv6 address", host,
                           port);
  }
  Endpoint endpoint{};
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  endpoint.size = found->ai_addrlen;
  endpoint.family = found->ai_family;
  freeaddrinfo(found);
  return endpoint;
}

absl::StatusOr<Endpoint> ParseWithPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return InvalidArgument("address '{}': expected 'host:port'", address);
  }
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return Parse(host, address.substr(colon + 1));
}

UniqueFd NewSocket(int family) {
  return UniqueFd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void SetOption(int socket, int level, int option, int value) {
  setsockopt(socket, level, option, &value, sizeof value);
}

}  // namespace

absl::StatusOr<Listener> ListenOn(const std::string& host) {
  ASSIGN_OR_RETURN(const Endpoint endpoint, Parse(host, "0"));
  Listener listener{NewSocket(endpoint.family), ""};
  const int fd = listener.socket.get();
  sockaddr_storage bound{};
  socklen_t bound_size = sizeof bound;
  if (fd < 0 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.size) != 0 ||
      listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &bound_size) != 0) {
    return Unavailable("listening on {}: {}", host, std::strerror(errno));
  }
  const bool is_v6 = bound.ss_family == AF_INET6;
  const int port = ntohs(is_v6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                               : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  listener.address = is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
  return listener;
}

absl::StatusOr<UniqueFd> ConnectTo(const std::string& address, absl::Time deadline) {
  ASSIGN_OR_RETURN(const Endpoint endpoint, ParseWithPort(address));
  UniqueFd fd = NewSocket(endpoint.family);
  int error = 0;
  if (fd.get() < 0 ||
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.size) != 0) {
    error = errno;
  }
  if (error == EINPROGRESS) {
    const int64_t left_ms = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd query{fd.get(), POLLOUT, 0};
    if (poll(&query, 1, static_cast<int>(std::clamp<int64_t>(left_ms, 0, 1 << 30))) == 0) {
      return absl::DeadlineExceededError(fmt::format("{}: no answer in time", address));
    }
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) return Unavailable("{}: {}", address, std::strerror(error));
  return fd;
}

absl::StatusOr<UniqueFd> Accept(int listener) {
  UniqueFd fd(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.get() < 0) return Unavailable("accept: {}", std::strerror(errno));
  return fd;
}

void SendWithoutDelay(int socket) { SetOption(socket, IPPROTO_TCP, TCP_NODELAY, 1); }

void WatchForSilence(int socket) {
  SetOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPIDLE, 1);   // seconds
  SetOption(socket, IPPROTO_TCP, TCP_KEEPINTVL, 1);  // seconds
  SetOption(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace tricorn::comm
