#pragma once

#include "absl/status/status.h"

namespace google::protobuf {
class Message;
}

namespace tricorn::rpc {

// What a caller filled in may come from a command line, and a message with a string that is not
// UTF-8 can be sent but not read. Errors: InvalidArgument, naming the field, "job_id: expected text
// in UTF-8, received 'caf\ufffd'".
absl::Status CheckUtf8Fields(const google::protobuf::Message& message);

}  // namespace tricorn::rpc
