#include "core/keras/serialization/deserializer.h"

namespace tricorn::keras {

absl::StatusOr<ObjectForm> ParseObjectForm(const Json& json) {
  if (!json.is_object() || !json["class_name"].is_string()) {
    return InvalidArgument("expected an object with a class_name, received {}",
                           json.Dump().substr(0, 80));
  }
  ObjectForm form{.class_name = json["class_name"].AsString(), .registered_name = "", .config = {}};
  if (form.class_name == "__lambda__") {
    return InvalidArgument("expected a class, received a Python lambda, which holds bytecode");
  }
  const Json& registered = json["registered_name"];
  if (registered.is_string()) {
    form.registered_name = registered.AsString();
  } else if (!registered.is_null()) {
    return InvalidArgument("{}: expected a string as registered_name, received {}", form.class_name,
                           registered.kind());
  }
  const Json& module = json["module"];
  const bool built_in = module.is_string() && module.AsString().starts_with("keras");
  if (built_in && !form.registered_name.empty() && form.registered_name != form.class_name) {
    return InvalidArgument("{}: expected no registered_name beside a class of Keras, received '{}'",
                           form.class_name, form.registered_name);
  }
  form.config = json["config"];
  if (form.config.is_null()) form.config = Json::MakeObject({});
  return form;
}

}  // namespace tricorn::keras
