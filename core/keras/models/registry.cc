#include "core/keras/models/registry.h"

#include "core/keras/models/functional.h"
#include "core/keras/models/sequential.h"

namespace tricorn::keras {

void AddModels(Registry<Layer>& registry) {
  registry.Add<models::Functional>();
  registry.Add<models::Functional>("Model");
  registry.Add<models::Sequential>();
}

}  // namespace tricorn::keras
