#include "core/comm/testing/two_hosts.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/base/status.h"
#include "core/comm/unique_fd.h"

namespace tricorn::comm {
namespace {

absl::Status Ip(const std::string& arguments) {
  const std::string command = "ip " + arguments + " 2>/dev/null";
  if (std::system(command.c_str()) == 0) return absl::OkStatus();
  return FailedPrecondition("'ip {}' failed", arguments);
}

}  // namespace

absl::StatusOr<TwoHosts> TwoHosts::Make() {
  if (geteuid() != 0) return FailedPrecondition("network namespaces need root");
  TwoHosts hosts(fmt::format("tc{}", getpid()));
  for (const int host : {0, 1}) RETURN_IF_ERROR(Ip("netns add " + hosts.NamespaceOf(host)));
  RETURN_IF_ERROR(Ip(fmt::format("link add {0} netns {0} type veth peer name {1} netns {1}",
                                 hosts.NamespaceOf(0), hosts.NamespaceOf(1))));
  for (const int host : {0, 1}) {
    const std::string name = hosts.NamespaceOf(host);
    RETURN_IF_ERROR(Ip(fmt::format("-n {0} addr add {1}/24 dev {0}", name, AddressOf(host))));
    RETURN_IF_ERROR(Ip(fmt::format("-n {0} link set {0} up", name)));
  }
  return hosts;
}

TwoHosts::TwoHosts(TwoHosts&& other) noexcept : name_(std::exchange(other.name_, "")) {}

TwoHosts::~TwoHosts() {
  if (name_.empty()) return;
  for (const int host : {0, 1}) Ip("netns del " + NamespaceOf(host)).IgnoreError();
}

std::string TwoHosts::NamespaceOf(int host) const { return fmt::format("{}h{}", name_, host); }

std::string TwoHosts::AddressOf(int host) { return fmt::format("10.213.47.{}", host + 1); }

absl::Status TwoHosts::Enter(int host) const {
  const std::string path = "/var/run/netns/" + NamespaceOf(host);
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() >= 0 && setns(fd.get(), CLONE_NEWNET) == 0) return absl::OkStatus();
  return FailedPrecondition("{}: {}", path, std::strerror(errno));
}

absl::Status TwoHosts::PullCable() const {
  return Ip(fmt::format("-n {0} link set {0} down", NamespaceOf(1)));
}

}  // namespace tricorn::comm
