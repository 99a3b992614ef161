#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/ir/builder.h"
#include "core/keras/serialization/deserializer.h"

namespace tricorn::keras {

// A function of keras.activations by name, with its default arguments. A name that is none is kept
// as an error, which status() returns; layers report it when built.
class Activation {
 public:
  Activation() = default;                                          // "linear"
  Activation(const char* name) : Activation(std::string(name)) {}  // NOLINT
  Activation(std::string name);                                    // NOLINT

  const std::string& name() const { return name_; }
  const absl::Status& status() const { return status_; }

  // Of x's type (but for glu, which halves the last axis). Errors go to the builder.
  ir::Value operator()(ir::Value x) const;

  // A name, null for "linear", or the object form of a function.
  // Errors: NotFound for an unknown name; Unimplemented for a layer as activation.
  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  friend Json ToJson(const Activation& activation) { return activation.name_; }
  friend bool operator==(const Activation& a, const Activation& b) { return a.name_ == b.name_; }

 private:
  std::string name_ = "linear";
  absl::Status status_;
};

// `name` with arguments, as {"negative_slope": 0.1}. Errors: NotFound for an unknown name;
// InvalidArgument for an argument that the function lacks.
absl::StatusOr<ir::Value> CallActivation(std::string_view name, ir::Value x, const Json& arguments);

std::vector<std::string> ActivationNames();

}  // namespace tricorn::keras
