#include "core/keras/serialization/object.h"

namespace tricorn::keras {

Json SerializeObject(const Serializable& object) {
  const std::string_view registered = object.registered_name();
  return Json::MakeObject({{"module", object.module()},
                           {"class_name", object.class_name()},
                           {"config", object.GetConfig()},
                           {"registered_name", registered.empty() ? Json() : Json(registered)}});
}

}  // namespace tricorn::keras
