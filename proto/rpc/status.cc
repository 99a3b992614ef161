#include "proto/rpc/status.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace tricorn::rpc {
namespace {

constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";

}  // namespace

absl::Status FromGrpc(const grpc::Status& from) {
  if (from.ok()) return absl::OkStatus();
  absl::Status to(static_cast<absl::StatusCode>(from.error_code()), from.error_message());
  google::rpc::Status details;
  if (!from.error_details().empty() && details.ParseFromString(from.error_details())) {
    for (const auto& detail : details.details()) {
      to.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return to;
}

grpc::Status ToGrpc(const absl::Status& from) {
  if (from.ok()) return grpc::Status::OK;
  google::rpc::Status details;
  details.set_code(static_cast<int>(from.code()));
  details.set_message(std::string(from.message()));
  from.ForEachPayload([&](absl::string_view type_url, const absl::Cord& value) {
    auto* detail = details.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(value));
  });
  return grpc::Status(static_cast<grpc::StatusCode>(from.code()), std::string(from.message()),
                      details.details().empty() ? "" : details.SerializeAsString());
}

absl::Status WithReason(absl::Status status, std::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("tricorn");
  status.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kErrorInfoUrl);
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

}  // namespace tricorn::rpc
