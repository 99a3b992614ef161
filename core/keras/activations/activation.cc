#include "core/keras/activations/activation.h"

#include "core/base/json_fields.h"
#include "core/keras/activations/table.h"
#include "core/keras/remat/remat_recording.h"

namespace tricorn::keras {

Activation::Activation(std::string name) : name_(std::move(name)) {
  if (!ActivationTable().contains(name_)) {
    status_ = NotFound("activation: expected a name that Keras has, received '{}'", name_);
  }
}

ir::Value Activation::operator()(ir::Value x) const {
  RematCall call(x.builder(), RematCall::Kind::kActivation, name_);
  const absl::StatusOr<ir::Value> y = CallActivation(name_, x, Json::MakeObject({}));
  if (y.ok()) {
    call.Finish({{*y}});
    return *y;
  }
  x.builder().SetError(y.status());
  return x;
}

absl::Status Activation::Decode(const Json& json, const Deserializer&) {
  if (json.is_null()) {
    *this = Activation();
    return absl::OkStatus();
  }
  if (json.is_string()) {
    *this = Activation(json.AsString());
    return status_;
  }
  ASSIGN_OR_RETURN(const ObjectForm form, ParseObjectForm(json));
  if (form.class_name != "function" || !form.config.is_string()) {
    return Unimplemented("activation: expected a function of keras.activations, received {}",
                         form.class_name);
  }
  *this = Activation(form.config.AsString());
  return status_;
}

absl::StatusOr<ir::Value> CallActivation(std::string_view name, ir::Value x,
                                         const Json& arguments) {
  const auto it = ActivationTable().find(name);
  if (it == ActivationTable().end()) {
    return NotFound("activation: expected a name that Keras has, received '{}'", name);
  }
  return it->second(x, arguments);
}

std::vector<std::string> ActivationNames() {
  std::vector<std::string> names;
  for (const auto& [name, function] : ActivationTable()) names.emplace_back(name);
  return names;
}

}  // namespace tricorn::keras
