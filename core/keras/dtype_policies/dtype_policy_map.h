#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/keras/dtype_policies/dtype_policy.h"

namespace tricorn::keras {

// Policies by the path of a layer, "encoder/block_1/dense", and one for all other layers. A key is
// a path, or a regular expression that must match the whole path.
// Source: Keras 3 `DTypePolicyMap`.
class DTypePolicyMap {
 public:
  explicit DTypePolicyMap(DTypePolicy default_policy = {})
      : default_policy_(std::move(default_policy)) {}

  const DTypePolicy& default_policy() const { return default_policy_; }
  // Errors: AlreadyExists for a key that is there.
  absl::Status Set(std::string key, DTypePolicy policy);
  // Errors: InvalidArgument when several expressions match.
  absl::StatusOr<DTypePolicy> At(std::string_view path) const;

  // {"default_policy": ..., "policy_map": {key: policy}}
  absl::Status Decode(const Json& config, const Deserializer& deserializer);
  friend Json ToJson(const DTypePolicyMap& map);

 private:
  DTypePolicy default_policy_;
  std::map<std::string, DTypePolicy, std::less<>> policies_;
};

}  // namespace tricorn::keras
