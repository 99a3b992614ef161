#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// The parts of a serialized object. Members beside the four (build_config, compile_config,
// inbound_nodes) stay in the JSON.
struct ObjectForm {
  std::string class_name;
  std::string registered_name;  // empty when null
  Json config;

  // The name that registries know the class by: the registered name of a user's class.
  const std::string& key() const {
    return registered_name.find('>') == std::string::npos ? class_name : registered_name;
  }
};

// Errors: InvalidArgument for another form, for `__lambda__` (Python bytecode), and for a built-in
// class under somebody else's registered name.
absl::StatusOr<ObjectForm> ParseObjectForm(const Json& json);

// Makes objects from their serialized form, by the classes of `registries`, which must outlive it.
class Deserializer {
 public:
  static constexpr int kMaxDepth = 40;

  explicit Deserializer(const Registries& registries) : registries_(&registries) {}

  const Registries& registries() const { return *registries_; }

  // T gives `static constexpr std::string_view kKind`, as "layer"; and KeepSavedForm(json) if it
  // keeps more of the form than its config.
  // Errors: NotFound for a class that no registry has, naming it and the kind; InvalidArgument for
  // malformed JSON, arguments that the class refuses, and objects nested deeper than kMaxDepth.
  template <typename T>
  absl::StatusOr<std::shared_ptr<T>> Object(const Json& json) const {
    if (depth_ >= kMaxDepth) {
      return InvalidArgument("{}: expected objects nested at most {} deep", T::kKind, kMaxDepth);
    }
    absl::StatusOr<ObjectForm> form = ParseObjectForm(json);
    if (!form.ok()) return WithSubject(form.status(), T::kKind);
    const auto* factory = Find<T>(form->key());
    if (factory == nullptr) {
      return NotFound("{}: expected a class known to this build, received '{}'", T::kKind,
                      form->key());
    }
    absl::StatusOr<std::shared_ptr<T>> object =
        (*factory)(form->config, Deserializer(*registries_, depth_ + 1));
    if (!object.ok()) return WithSubject(object.status(), form->class_name);
    if constexpr (requires { (*object)->KeepSavedForm(json); }) (*object)->KeepSavedForm(json);
    return object;
  }

  // How to make what `name` is registered for; null for an unknown name. Kinds with a table of
  // their own (initializers, ...) have its classes and identifiers without being told.
  template <typename T>
  const typename Registry<T>::Factory* Find(std::string_view name) const {
    if (const Registry<T>* registry = registries_->Find<T>()) {
      if (const auto* factory = registry->Find(name)) return factory;
    }
    if constexpr (requires { T::Builtins(); }) return T::Builtins().Find(name);
    return nullptr;
  }

 private:
  Deserializer(const Registries& registries, int depth) : registries_(&registries), depth_(depth) {}

  const Registries* registries_;
  int depth_ = 0;
};

}  // namespace tricorn::keras
