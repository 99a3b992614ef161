#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace tricorn::comm {

// Two network namespaces joined by a virtual cable: hosts 0 and 1 as processes see them. Needs root
// and `ip`; removes what it made.
class TwoHosts {
 public:
  // FailedPrecondition, saying why, where namespaces cannot be made.
  static absl::StatusOr<TwoHosts> Make();
  TwoHosts(TwoHosts&& other) noexcept;
  TwoHosts& operator=(TwoHosts&&) = delete;
  ~TwoHosts();

  // Moves the calling thread, and what it forks, to a host.
  absl::Status Enter(int host) const;
  // A numeric address of a host.
  static std::string AddressOf(int host);
  // From now on not even a farewell gets through.
  absl::Status PullCable() const;

 private:
  explicit TwoHosts(std::string name) : name_(std::move(name)) {}
  std::string NamespaceOf(int host) const;

  std::string name_;  // empty if moved from
};

}  // namespace tricorn::comm
