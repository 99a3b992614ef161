#pragma once

#include <memory>
#include <string_view>

#include "core/ir/builder.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/ref.h"

namespace tricorn::keras {

// A penalty on an array, added to the loss.
class Regularizer : public Serializable {
 public:
  static constexpr std::string_view kKind = "regularizer";
  static const Registry<Regularizer>& Builtins();

  std::string_view module() const override { return "keras.regularizers"; }

  // A scalar of x's dtype. Errors go to the builder.
  virtual ir::Value operator()(ir::Value x) const = 0;
};

using RegularizerRef = Ref<Regularizer>;

// A regularizer as a config struct: JSON keys are Keras's arguments.
template <typename Derived, HasFields C>
class RegularizerWith : public Regularizer {
 public:
  using Config = C;
  explicit RegularizerWith(C config = {}) : config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  Json GetConfig() const override { return ToJson(config_); }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    C config;
    RETURN_IF_ERROR(DecodeConfig(json, &config, deserializer));
    return std::make_shared<Derived>(std::move(config));
  }

 protected:
  const C config_;
};

}  // namespace tricorn::keras
