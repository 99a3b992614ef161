#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fmt/core.h"

// Errors of user, file, network and device are values; a programmer's mistake ends the process.

#define RETURN_IF_ERROR(expr)                          \
  do {                                                 \
    absl::Status status_of_expr_ = (expr);             \
    if (!status_of_expr_.ok()) return status_of_expr_; \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expr) \
  TRICORN_ASSIGN_OR_RETURN_IMPL_(TRICORN_CONCAT_(status_or_, __LINE__), lhs, expr)
#define TRICORN_CONCAT_IMPL_(a, b) a##b
#define TRICORN_CONCAT_(a, b) TRICORN_CONCAT_IMPL_(a, b)
#define TRICORN_ASSIGN_OR_RETURN_IMPL_(result, lhs, expr) \
  auto result = (expr);                                   \
  if (!result.ok()) return std::move(result).status();    \
  lhs = std::move(result).value()

// Aborts with file, line and message. Never for input.
#define CHECK(condition)                                                                \
  do {                                                                                  \
    if (!(condition)) ::tricorn::internal::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)

namespace tricorn {
namespace internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace internal

// Messages name subject, expected and received: "dense_3/kernel: expected last axis 128, received
// (32, 64)". `format` is fmt's.
template <typename... Args>
absl::Status InvalidArgument(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InvalidArgumentError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status NotFound(fmt::format_string<Args...> format, Args&&... args) {
  return absl::NotFoundError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status AlreadyExists(fmt::format_string<Args...> format, Args&&... args) {
  return absl::AlreadyExistsError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status FailedPrecondition(fmt::format_string<Args...> format, Args&&... args) {
  return absl::FailedPreconditionError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status Unimplemented(fmt::format_string<Args...> format, Args&&... args) {
  return absl::UnimplementedError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status Internal(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InternalError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status Unavailable(fmt::format_string<Args...> format, Args&&... args) {
  return absl::UnavailableError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status DataLoss(fmt::format_string<Args...> format, Args&&... args) {
  return absl::DataLossError(fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
absl::Status ResourceExhausted(fmt::format_string<Args...> format, Args&&... args) {
  return absl::ResourceExhaustedError(fmt::format(format, std::forward<Args>(args)...));
}

// `status`, payloads and all, with "subject: " before its message; OK stays OK.
absl::Status WithSubject(const absl::Status& status, std::string_view subject);

}  // namespace tricorn
