#include "core/comm/tcp/bootstrap.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/tcp/socket.h"

namespace tricorn::comm {
namespace {

// What a caller says first.
struct Hello {
  uint64_t secret;  // of the member that is called
  uint32_t caller;  // a member
  uint32_t is_control;
};

struct Invitation {
  std::string address;
  uint64_t secret;

  std::string ToString() const { return fmt::format("{} {}", address, secret); }
  static absl::StatusOr<Invitation> Parse(const std::string& text) {
    char address[128];
    unsigned long long secret = 0;
    if (std::sscanf(text.c_str(), "%127s %llu", address, &secret) != 2) {
      return InvalidArgument("expected 'address secret', received '{}'", text);
    }
    return Invitation{address, secret};
  }
};

UniqueFd& End(Link& link, bool is_control) { return is_control ? link.control : link.data; }

absl::StatusOr<UniqueFd> Call(const Invitation& peer, Hello hello, absl::Time deadline) {
  ASSIGN_OR_RETURN(UniqueFd fd, ConnectTo(peer.address, deadline));
  // A new connection takes these few bytes at once.
  if (send(fd.get(), &hello, sizeof hello, MSG_NOSIGNAL) != sizeof hello) {
    return Unavailable("{}: {}", peer.address, std::strerror(errno));
  }
  return fd;
}

// Takes the calls of the members after `member`.
class Reception {
 public:
  Reception(const Listener& listener, uint64_t secret, int member, std::vector<Link>& links)
      : listener_(listener), secret_(secret), member_(member), links_(links) {}

  absl::Status ReceiveAll(const std::vector<int>& ranks, absl::Time deadline) {
    while (true) {
      const auto missing = std::find_if(links_.begin() + member_ + 1, links_.end(), [](Link& link) {
        return link.data.get() < 0 || link.control.get() < 0;
      });
      if (missing == links_.end()) return absl::OkStatus();
      if (absl::Now() >= deadline) {
        return absl::DeadlineExceededError(
            fmt::format("rank {} did not join: it did not call {} in time",
                        ranks[missing - links_.begin()], listener_.address));
      }
      WaitALittle();
      if (auto fd = Accept(listener_.socket.get()); fd.ok()) callers_.push_back({*std::move(fd)});
      std::erase_if(callers_, [this](Caller& caller) { return Listen(caller); });
    }
  }

 private:
  struct Caller {
    UniqueFd fd;
    Hello hello = {};
    size_t received = 0;
  };

  void WaitALittle() const {
    std::vector<pollfd> queries = {{listener_.socket.get(), POLLIN, 0}};
    for (const Caller& caller : callers_) queries.push_back({caller.fd.get(), POLLIN, 0});
    poll(queries.data(), queries.size(), 100);
  }

  // True when done with the caller: it became a link or was dropped.
  bool Listen(Caller& caller) {
    const ssize_t n =
        recv(caller.fd.get(), reinterpret_cast<char*>(&caller.hello) + caller.received,
             sizeof(Hello) - caller.received, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) return true;
    caller.received += n;
    if (caller.received < sizeof(Hello)) return false;
    const Hello& hello = caller.hello;
    if (hello.secret != secret_ || hello.caller >= links_.size() ||
        static_cast<int>(hello.caller) <= member_) {
      return true;
    }
    UniqueFd& end = End(links_[hello.caller], hello.is_control != 0);
    if (end.get() < 0) end = std::move(caller.fd);
    return true;
  }

  const Listener& listener_;
  const uint64_t secret_;
  const int member_;
  std::vector<Link>& links_;
  std::vector<Caller> callers_;
};

}  // namespace

absl::StatusOr<std::vector<Link>> ConnectLinks(const TcpOptions& options) {
  std::vector<Link> links(options.plan.size());
  ASSIGN_OR_RETURN(const Listener listener, ListenOn(options.listen_host));
  Invitation own{listener.address, 0};
  if (getrandom(&own.secret, sizeof own.secret, 0) != sizeof own.secret) {
    return Unavailable("no random secret: {}", std::strerror(errno));
  }
  const auto key = [&options](int member) {
    return fmt::format("{}/tcp/{}", options.prefix, options.ranks[member]);
  };
  RETURN_IF_ERROR(options.store->Set(key(options.member), own.ToString()));
  for (int m = 0; m < options.member; ++m) {
    const std::string subject = fmt::format("rank {} did not join", options.ranks[m]);
    const auto text = options.store->Get(key(m), options.deadline);
    if (!text.ok()) return WithSubject(text.status(), subject);
    const auto peer = Invitation::Parse(*text);
    if (!peer.ok()) return WithSubject(peer.status(), subject);
    for (const bool is_control : {false, true}) {
      auto fd = Call(*peer, {peer->secret, static_cast<uint32_t>(options.member), is_control},
                     options.deadline);
      if (!fd.ok()) return WithSubject(fd.status(), subject);
      End(links[m], is_control) = *std::move(fd);
    }
  }
  Reception reception(listener, own.secret, options.member, links);
  RETURN_IF_ERROR(reception.ReceiveAll(options.ranks, options.deadline));
  for (const Link& link : links) {
    if (link.data.get() < 0) continue;
    SendWithoutDelay(link.data.get());
    SendWithoutDelay(link.control.get());
    WatchForSilence(link.control.get());
  }
  return links;
}

}  // namespace tricorn::comm
