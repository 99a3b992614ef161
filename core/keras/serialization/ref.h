#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/json_fields.h"
#include "core/keras/serialization/deserializer.h"
#include "core/keras/serialization/object.h"

namespace tricorn::keras {

// A config member that holds an immutable object of kind T, or nothing. T gives kKind and
// `static const Registry<T>& Builtins()`, whose names include Keras's identifiers ("he_normal").
// A name that is unknown is kept as an error, which status() returns; layers report it when built.
template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}                                                // NOLINT
  Ref(std::shared_ptr<const T> object) : object_(std::move(object)) {}  // NOLINT
  Ref(const char* name) { Assign(Named(name)); }                        // NOLINT
  Ref(const std::string& name) { Assign(Named(name)); }                 // NOLINT
  template <std::derived_from<T> C>
  Ref(C object) : object_(std::make_shared<const C>(std::move(object))) {}  // NOLINT

  explicit operator bool() const { return object_ != nullptr; }
  const T& operator*() const { return *object_; }
  const T* operator->() const { return object_.get(); }
  const std::shared_ptr<const T>& get() const { return object_; }
  const absl::Status& status() const { return status_; }

  // Equal when they serialize to the same.
  friend bool operator==(const Ref& a, const Ref& b) { return ToJson(a) == ToJson(b); }
  friend Json ToJson(const Ref& ref) {
    return ref.object_ == nullptr ? Json() : SerializeObject(*ref.object_);
  }

  // Null, a name, or the object form.
  absl::Status Decode(const Json& json, const Deserializer& deserializer) {
    if (json.is_null()) {
      *this = Ref();
      return absl::OkStatus();
    }
    absl::StatusOr<std::shared_ptr<T>> object =
        json.is_string() ? Named(json.AsString()) : deserializer.Object<T>(json);
    RETURN_IF_ERROR(object.status());
    object_ = *std::move(object);
    return absl::OkStatus();
  }

 private:
  static absl::StatusOr<std::shared_ptr<T>> Named(const std::string& name) {
    const auto* factory = T::Builtins().Find(name);
    if (factory == nullptr) {
      return NotFound("{}: expected a name that Keras has, received '{}'", T::kKind, name);
    }
    return (*factory)(Json::MakeObject({}), Deserializer(Registries()));
  }
  void Assign(absl::StatusOr<std::shared_ptr<T>> object) {
    status_ = object.status();
    if (object.ok()) object_ = *std::move(object);
  }

  std::shared_ptr<const T> object_;
  absl::Status status_;
};

}  // namespace tricorn::keras
