#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"

namespace tricorn::keras {

// What Keras's object form can hold: a class by name and the arguments that make an equal object.
class Serializable {
 public:
  virtual ~Serializable() = default;
  virtual std::string_view class_name() const = 0;  // "GlorotUniform"
  virtual std::string_view module() const = 0;      // "keras.initializers"
  // "package>Name" of a user's class, the class name for classes that Keras does not export; empty
  // for public ones, which write null.
  virtual std::string_view registered_name() const { return ""; }
  virtual Json GetConfig() const = 0;
};

// What a user's class C is registered under, which it gives as kRegisteredName ("package>Name");
// empty for the classes of Keras.
template <typename C>
constexpr std::string_view RegisteredNameOf() {
  if constexpr (requires { C::kRegisteredName; }) {
    return C::kRegisteredName;
  } else {
    return "";
  }
}

// {"module": ..., "class_name": ..., "config": ..., "registered_name": ...}; the module
// of a user's class is its package.
Json SerializeObject(const Serializable& object);

}  // namespace tricorn::keras
