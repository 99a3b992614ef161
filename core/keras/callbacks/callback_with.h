#pragma once

#include <memory>
#include <utility>

#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/training/callback.h"
#include "core/keras/training/trainer.h"

namespace tricorn::keras {

// A callback as a config struct: its JSON keys are Keras's arguments. Derived gives kClassName, and
// may give `static absl::Status CheckConfig(const C&)`.
template <typename Derived, HasFields C>
class CallbackWith : public Callback, public Serializable {
 public:
  using Config = C;
  explicit CallbackWith(C config = {}) : config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  std::string_view module() const override { return "keras.callbacks"; }
  std::string_view registered_name() const override { return RegisteredNameOf<Derived>(); }
  Json GetConfig() const override { return ToJson(config_); }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    C config{};
    RETURN_IF_ERROR(DecodeConfig(json, &config, deserializer));
    if constexpr (requires { Derived::CheckConfig(config); }) {
      RETURN_IF_ERROR(Derived::CheckConfig(config));
    }
    return std::make_shared<Derived>(std::move(config));
  }

 protected:
  // For callbacks that are made in C++: FromConfig has asked before.
  absl::Status Check() const {
    if constexpr (requires { Derived::CheckConfig(config_); }) {
      return WithSubject(Derived::CheckConfig(config_), Derived::kClassName);
    } else {
      return absl::OkStatus();
    }
  }

  const C config_;
};

}  // namespace tricorn::keras
