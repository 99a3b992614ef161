#include "server/state/reason.h"

#include "absl/strings/cord.h"

namespace tricorn::server {
namespace {
constexpr char kPayloadUrl[] = "tricorn.reason";
}  // namespace

absl::Status WithReason(absl::Status status, std::string_view reason) {
  status.SetPayload(kPayloadUrl, absl::Cord(std::string(reason)));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace tricorn::server
