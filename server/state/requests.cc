#include "server/state/requests.h"

#include <memory>

#include "core/base/sha256.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/state/reason.h"

namespace tricorn::server {
namespace {

std::string SerializeDeterministically(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  CHECK(message.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

}  // namespace

RequestKey MakeRequestKey(std::string_view method, const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  CHECK(field != nullptr);
  RequestKey key;
  key.request_id = request.GetReflection()->GetString(request, field);
  key.method = std::string(method);
  if (key.request_id.empty()) return key;
  std::unique_ptr<google::protobuf::Message> payload(request.New());
  payload->CopyFrom(request);
  payload->GetReflection()->ClearField(payload.get(), field);
  key.payload_sha256 = Sha256Hex(SerializeDeterministically(*payload));
  return key;
}

absl::StatusOr<std::string> AnsweredBefore(const State& state, const RequestKey& key) {
  if (key.request_id.empty()) return std::string();
  if (key.request_id.size() > 128) {
    return InvalidArgument("request_id: expected at most 128 bytes, received {}",
                           key.request_id.size());
  }
  const RequestRecord* record = Find(state.requests, key.request_id);
  if (record == nullptr) return std::string();
  if (record->method() == key.method && record->payload_sha256() == key.payload_sha256) {
    return record->name();
  }
  return WithReason(
      AlreadyExists("request_id {}: expected the payload of the first call, {} of {} (payload {}), "
                    "received {} (payload {})",
                    key.request_id, record->method(), record->name(),
                    record->payload_sha256().substr(0, 12), key.method,
                    key.payload_sha256.substr(0, 12)),
      kRequestIdReused);
}

void RememberAnswer(Change& change, const RequestKey& key) {
  if (key.request_id.empty()) return;
  RequestRecord& record = change.state.requests[key.request_id];
  record.set_request_id(key.request_id);
  record.set_method(key.method);
  record.set_payload_sha256(key.payload_sha256);
  record.set_name(change.effects.name);
  *record.mutable_time() = change.Stamp();
  change.effects.changed = true;
}

void ForgetOldRequests(Change& change) {
  std::erase_if(change.state.requests, [&](const auto& entry) {
    const bool old = FromProto(entry.second.time()) + kRequestMemory <= change.now;
    change.effects.changed |= old;
    return old;
  });
}

}  // namespace tricorn::server
