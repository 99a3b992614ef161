#include "core/keras/dtype_policies/dtype_policy.h"

#include "core/base/json_fields.h"

namespace tricorn::keras {

DTypePolicy::DTypePolicy(std::string name) : name_(std::move(name)) {
  constexpr std::string_view kMixed = "mixed_";
  if (name_ == "mixed_float16" || name_ == "mixed_bfloat16") {
    compute_ = *ParseDType(std::string_view(name_).substr(kMixed.size()));
    return;
  }
  const absl::StatusOr<DType> dtype = ParseDType(name_);
  if (!dtype.ok()) {
    status_ = InvalidArgument(
        "dtype policy: expected a dtype, mixed_float16 or mixed_bfloat16, received '{}'", name_);
    return;
  }
  compute_ = variable_ = *dtype;
}

absl::Status DTypePolicy::Decode(const Json& json, const Deserializer&) {
  if (json.is_string()) {
    *this = DTypePolicy(json.AsString());
    return status_;
  }
  if (json.is_null()) {
    *this = DTypePolicy();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const ObjectForm form, ParseObjectForm(json));
  if (form.class_name != "DTypePolicy") {
    return Unimplemented("dtype policy: expected DTypePolicy, received {}", form.class_name);
  }
  if (!form.config["name"].is_string()) {
    return InvalidArgument("dtype policy: expected a name, received {}", form.config.Dump());
  }
  *this = DTypePolicy(form.config["name"].AsString());
  return status_;
}

Json ToJson(const DTypePolicy& policy) {
  return Json::MakeObject({{"module", "keras"},
                           {"class_name", "DTypePolicy"},
                           {"config", Json::MakeObject({{"name", policy.name()}})},
                           {"registered_name", Json()}});
}

}  // namespace tricorn::keras
