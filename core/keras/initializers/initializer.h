#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/ref.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// Makes the first value of a variable.
class Initializer : public Serializable {
 public:
  static constexpr std::string_view kKind = "initializer";
  static const Registry<Initializer>& Builtins();

  std::string_view module() const override { return "keras.initializers"; }

  // `stream` tells the variables of a model apart; an initializer with a seed of its own goes by
  // that alone, as in Keras. Errors: InvalidArgument for a shape that the initializer cannot fill.
  virtual absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const = 0;

  // The same initializer with its fans counted over these axes, if it counts fans and has no axes
  // of its own; else null.
  virtual std::shared_ptr<const Initializer> WithFanAxes(const std::vector<int64_t>&,
                                                         const std::vector<int64_t>&) const {
    return nullptr;
  }
};

using InitializerRef = Ref<Initializer>;

// An initializer as a config struct: JSON keys are Keras's arguments.
template <typename Derived, HasFields C>
class InitializerWith : public Initializer {
 public:
  using Config = C;
  explicit InitializerWith(C config = {}) : config_(std::move(config)) {}

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
