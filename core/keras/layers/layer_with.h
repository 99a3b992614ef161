#pragma once

#include <memory>
#include <utility>

#include "core/keras/layers/layer.h"
#include "core/keras/serialization/config.h"

namespace tricorn::keras {

// For layers without arguments of their own.
struct NoLayerConfig {
  NO_FIELDS()
};

// A layer class as a config struct: get_config, from_config and the checks follow from its FIELDS,
// whose names are Keras's arguments.
//
//   class Dense : public LayerWith<Dense, DenseConfig> {
//    public:
//     static constexpr std::string_view kClassName = "Dense";
//     using LayerWith::LayerWith;
//    protected:
//     absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
//     ir::Value Call(CallContext& context, ir::Value input) override;
//   };
template <typename Derived, HasFields C, typename Base = Layer>
class LayerWith : public Base {
 public:
  using Config = C;
  explicit LayerWith(C config = {}, LayerOptions options = {})
      : Base(std::move(options)), config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  std::string_view registered_name() const override { return RegisteredNameOf<Derived>(); }
  const C& config() const { return config_; }

  Json GetConfig() const override {
    Json::Object members = this->OptionsConfig();
    ForEachField(config_, [&](std::string_view name, const auto& member) {
      members.emplace_back(std::string(name), ToJson(member));
    });
    return members;
  }

  // Errors: InvalidArgument for an argument that the class lacks or whose value is of another kind.
  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    LayerOptions options;
    C config;
    Json rest = json;
    RETURN_IF_ERROR(TakeConfig(rest, &options, deserializer));
    RETURN_IF_ERROR(DecodeConfig(rest, &config, deserializer));
    return std::make_shared<Derived>(std::move(config), std::move(options));
  }

 protected:
  absl::Status CheckConfig() const override { return ConfigStatus(config_); }
  const Regularizer* activity_regularizer() const override {
    if constexpr (requires { config_.activity_regularizer.get(); }) {
      return config_.activity_regularizer.get().get();
    } else {
      return nullptr;
    }
  }

  C config_;
};

}  // namespace tricorn::keras
