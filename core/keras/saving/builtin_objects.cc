#include "core/keras/saving/builtin_objects.h"

#include "core/base/status.h"
#include "core/keras/layers/operations/operations.h"
#include "core/keras/layers/registry/all_layers.h"
#include "core/keras/models/registry.h"

namespace tricorn::keras {

Registries BuiltinObjects() {
  Registries objects;
  AddAllLayers(objects.Of<Layer>());
  AddModels(objects.Of<Layer>());
  AddOperations(objects.Of<Operation>());
  objects.Of<Layer>().AddFactory(
      "Lambda",
      [](const Json& config, const Deserializer&) -> absl::StatusOr<std::shared_ptr<Layer>> {
        const Json& name = config["name"];
        return Unimplemented(
            "{}: expected a layer without Python code, received a Lambda, which holds Python "
            "bytecode: write it as a layer class of your own, registered as 'package>Name'",
            name.is_string() ? name.AsString() : "lambda");
      });
  return objects;
}

}  // namespace tricorn::keras
