#include "core/keras/remat/remat_scope.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace tricorn::keras {
namespace {

thread_local const RematScope* innermost = nullptr;

}  // namespace

absl::Status RematPolicy::Check() const {
  for (const std::string_view known :
       {"full", "activations", "larger_than", "list_of_layers", "auto"}) {
    if (mode == known) return absl::OkStatus();
  }
  return InvalidArgument(
      "remat: expected full, activations, larger_than, list_of_layers or auto, received '{}'",
      mode);
}

absl::StatusOr<RematPolicy> RematPolicy::Parse(std::string_view text) {
  const size_t colon = text.find(':');
  RematPolicy policy;
  policy.mode = std::string(text.substr(0, colon));
  RETURN_IF_ERROR(policy.Check());
  const std::string rest(colon == text.npos ? "" : text.substr(colon + 1));
  const bool has_rest = colon != text.npos;
  if (policy.mode == "larger_than") {
    if (has_rest && !absl::SimpleAtoi(rest, &policy.output_size_threshold)) {
      return InvalidArgument("remat: expected larger_than:ELEMENTS, received '{}'",
                             std::string(text));
    }
  } else if (policy.mode == "list_of_layers") {
    if (rest.empty()) {
      return InvalidArgument("remat: expected list_of_layers:NAME,..., received '{}'",
                             std::string(text));
    }
    policy.layer_names = absl::StrSplit(rest, ',');
  } else if (has_rest) {
    return InvalidArgument("remat: expected '{}' alone, received '{}'", policy.mode,
                           std::string(text));
  }
  return policy;
}

RematScope::RematScope(std::optional<RematPolicy> policy)
    : policy_(std::move(policy)), outer_(innermost) {
  innermost = this;
}

RematScope::~RematScope() { innermost = outer_; }

const RematPolicy* CurrentRematPolicy() {
  return innermost != nullptr && innermost->policy_ ? &*innermost->policy_ : nullptr;
}

}  // namespace tricorn::keras
