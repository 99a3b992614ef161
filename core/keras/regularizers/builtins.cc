#include "core/keras/regularizers/l1_l2.h"
#include "core/keras/regularizers/orthogonal_regularizer.h"
#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

// L1L2 under a bare name has both factors, unlike the class's own defaults.
struct NamedL1L2 {
  static absl::StatusOr<std::shared_ptr<L1L2>> FromConfig(const Json&, const Deserializer&) {
    return std::make_shared<L1L2>(L1L2Config{.l1 = 0.01, .l2 = 0.01});
  }
};

Registry<Regularizer> MakeBuiltins() {
  Registry<Regularizer> registry;
  registry.Add<L1>();
  registry.Add<L2>();
  registry.Add<L1L2>();
  registry.Add<OrthogonalRegularizer>();
  registry.Add<L1>("l1");
  registry.Add<L2>("l2");
  registry.Add<NamedL1L2>("l1_l2");
  registry.Add<NamedL1L2>("l1l2");
  registry.Add<OrthogonalRegularizer>(ToSnakeCase(OrthogonalRegularizer::kClassName));
  return registry;
}

}  // namespace

const Registry<Regularizer>& Regularizer::Builtins() {
  static const Registry<Regularizer> registry = MakeBuiltins();
  return registry;
}

}  // namespace tricorn::keras
