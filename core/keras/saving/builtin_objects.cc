#include "core/keras/saving/builtin_objects.h"

#include "core/keras/layers/operations/operations.h"
#include "core/keras/layers/registry/all_layers.h"
#include "core/keras/models/registry.h"

namespace tricorn::keras {

Registries BuiltinObjects() {
  Registries objects;
  AddAllLayers(objects.Of<Layer>());
  AddModels(objects.Of<Layer>());
  AddOperations(objects.Of<Operation>());
  return objects;
}

}  // namespace tricorn::keras
