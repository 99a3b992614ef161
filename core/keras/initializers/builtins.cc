#include "core/keras/initializers/constant_initializers.h"
#include "core/keras/initializers/orthogonal.h"
#include "core/keras/initializers/random_initializers.h"
#include "core/keras/initializers/stft.h"
#include "core/keras/initializers/variance_scaling.h"
#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

template <typename... C>
void AddAll(Registry<Initializer>& registry) {
  (registry.Add<C>(), ...);
  (registry.Add<C>(ToSnakeCase(C::kClassName)), ...);
}

Registry<Initializer> MakeBuiltins() {
  Registry<Initializer> registry;
  AddAll<Zeros, Ones, Constant, IdentityInitializer, RandomUniform, RandomNormal, TruncatedNormal,
         VarianceScaling, GlorotUniform, GlorotNormal, LecunUniform, LecunNormal, HeUniform,
         HeNormal, Orthogonal, Stft>(registry);
  registry.Add<Zeros>("zero");
  registry.Add<Ones>("one");
  registry.Add<RandomNormal>("normal");
  registry.Add<RandomUniform>("uniform");
  registry.Add<IdentityInitializer>("IdentityInitializer");
  registry.Add<Orthogonal>("OrthogonalInitializer");
  registry.Add<Stft>("STFTInitializer");
  return registry;
}

}  // namespace

const Registry<Initializer>& Initializer::Builtins() {
  static const Registry<Initializer> registry = MakeBuiltins();
  return registry;
}

}  // namespace tricorn::keras
