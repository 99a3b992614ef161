#include "core/keras/serialization/object.h"

namespace tricorn::keras {

Json SerializeObject(const Serializable& object) {
  const std::string_view registered = object.registered_name();
  const size_t package = registered.find('>');
  const std::string_view module =
      package == registered.npos ? object.module() : registered.substr(0, package);
  return Json::MakeObject({{"module", module},
                           {"class_name", object.class_name()},
                           {"config", object.GetConfig()},
                           {"registered_name", registered.empty() ? Json() : Json(registered)}});
}

}  // namespace tricorn::keras
