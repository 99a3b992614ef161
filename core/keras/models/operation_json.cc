#include "core/keras/models/operation_json.h"

#include "core/keras/layers/layer.h"

namespace tricorn::keras {

absl::StatusOr<std::shared_ptr<Operation>> DeserializeOperation(const Json& json,
                                                                const Deserializer& deserializer) {
  const Json& module = json["module"];
  if (module.is_string() && module.AsString().starts_with("keras.src.ops.")) {
    return deserializer.Object<Operation>(json);
  }
  return deserializer.Object<Layer>(json);
}

Json SerializeOperation(const Operation& operation) {
  const auto* layer = dynamic_cast<const Layer*>(&operation);
  return layer == nullptr ? SerializeObject(operation) : layer->Serialize();
}

}  // namespace tricorn::keras
