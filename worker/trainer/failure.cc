#include "worker/trainer/failure.h"

#include <string>

#include "core/base/utf8.h"

namespace tricorn::worker {
namespace {

constexpr size_t kMaxMessageBytes = 16 << 10;

bool IsRetryable(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

}  // namespace

v1::Failure FailureOf(const absl::Status& error) {
  v1::Failure failure;
  failure.set_code(static_cast<int>(error.code()));
  failure.set_message(ValidUtf8(Utf8Prefix(std::string(error.message()), kMaxMessageBytes)));
  failure.set_retryable(IsRetryable(error));
  return failure;
}

}  // namespace tricorn::worker
