#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/state/change.h"

namespace tricorn::server {

// How long a request_id is remembered.
inline constexpr absl::Duration kRequestMemory = absl::Hours(48);

// A mutation's identity: who repeats it gets the first answer.
struct RequestKey {
  std::string request_id;  // empty: the caller does not care
  std::string method;
  std::string payload_sha256;
};

// `request` has a field `request_id`, which is not part of the payload.
RequestKey MakeRequestKey(std::string_view method, const google::protobuf::Message& request);

// The name that answered this request before; empty when it is new.
// Errors: AlreadyExists with reason REQUEST_ID_REUSED when the id came with another payload.
absl::StatusOr<std::string> AnsweredBefore(const State& state, const RequestKey& key);

// Remembers effects.name as the answer.
void RememberAnswer(Change& change, const RequestKey& key);

void ForgetOldRequests(Change& change);

}  // namespace tricorn::server
