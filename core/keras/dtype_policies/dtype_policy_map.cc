#include "core/keras/dtype_policies/dtype_policy_map.h"

#include <regex>

#include "core/base/json_fields.h"

namespace tricorn::keras {
namespace {

// Expressions of hostile files cost bounded time: long ones are refused.
constexpr size_t kMaxPatternLength = 200;

absl::StatusOr<bool> Matches(const std::string& pattern, std::string_view path) {
  if (pattern.size() > kMaxPatternLength) {
    return InvalidArgument("policy_map: expected keys of at most {} characters, received {}",
                           kMaxPatternLength, pattern.size());
  }
  try {
    return std::regex_match(path.begin(), path.end(), std::regex(pattern));
  } catch (const std::regex_error& error) {
    return InvalidArgument("policy_map: expected paths or regular expressions, received '{}': {}",
                           pattern, error.what());
  }
}

}  // namespace

absl::Status DTypePolicyMap::Set(std::string key, DTypePolicy policy) {
  RETURN_IF_ERROR(policy.status());
  const auto [at, is_new] = policies_.emplace(std::move(key), std::move(policy));
  if (is_new) return absl::OkStatus();
  return absl::AlreadyExistsError(
      fmt::format("policy_map: expected each key once, received '{}' again", at->first));
}

absl::StatusOr<DTypePolicy> DTypePolicyMap::At(std::string_view path) const {
  if (const auto exact = policies_.find(path); exact != policies_.end()) return exact->second;
  const DTypePolicy* found = nullptr;
  for (const auto& [pattern, policy] : policies_) {
    ASSIGN_OR_RETURN(const bool matches, Matches(pattern, path));
    if (!matches) continue;
    if (found != nullptr) {
      return InvalidArgument("policy_map: expected one key that matches '{}', received several",
                             path);
    }
    found = &policy;
  }
  return found == nullptr ? default_policy_ : *found;
}

absl::Status DTypePolicyMap::Decode(const Json& config, const Deserializer& deserializer) {
  *this = DTypePolicyMap();
  RETURN_IF_ERROR(WithSubject(default_policy_.Decode(config["default_policy"], deserializer),
                              "default_policy"));
  const Json& policies = config["policy_map"];
  if (policies.is_null()) return absl::OkStatus();
  if (!policies.is_object()) return WithSubject(WrongKind("object", policies), "policy_map");
  for (const auto& [key, json] : policies.AsObject()) {
    DTypePolicy policy;
    RETURN_IF_ERROR(WithSubject(policy.Decode(json, deserializer), key));
    RETURN_IF_ERROR(Set(key, std::move(policy)));
  }
  return absl::OkStatus();
}

Json ToJson(const DTypePolicyMap& map) {
  Json::Object policies;
  for (const auto& [key, policy] : map.policies_) policies.emplace_back(key, ToJson(policy));
  Json config = Json::MakeObject(
      {{"default_policy", ToJson(map.default_policy_)}, {"policy_map", std::move(policies)}});
  return Json::MakeObject({{"module", "keras.dtype_policies"},
                           {"class_name", "DTypePolicyMap"},
                           {"config", std::move(config)},
                           {"registered_name", Json()}});
}

}  // namespace tricorn::keras
