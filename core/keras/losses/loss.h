#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/keras/losses/reduction.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/ref.h"

namespace tricorn::keras {

// What a model is trained to make small.
class Loss : public Serializable {
 public:
  static constexpr std::string_view kKind = "loss";
  static const Registry<Loss>& Builtins();

  std::string_view module() const override { return "keras.losses"; }

  virtual const std::string& name() const = 0;
  virtual const std::string& reduction() const = 0;
  // One loss an entry, without weights: float of y_pred's dtype, over the axes that the loss does
  // not consume. Errors go to the builder.
  virtual ir::Value Call(ir::Value y_true, ir::Value y_pred) const = 0;
  // Bool, of Call's shape: the entries that count. None where all do.
  virtual ir::Value Mask(ir::Value /*y_true*/, ir::Value /*y_pred*/) const { return {}; }

  // Weighted and reduced as `reduction` says; `sample_weight` and `mask` (of y_pred) may be none.
  // Both arguments are cast to float32 first, or kept in float64; where one lacks a last axis of
  // length 1 that the other has, it gets it.
  LossSum Sum(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight, ir::Value mask) const;
  // The same as one value: a scalar, or all entries for reduction "none".
  ir::Value operator()(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight = {},
                       ir::Value mask = {}) const;
};

using LossRef = Ref<Loss>;

// A loss as a config struct: JSON keys are Keras's arguments, among them `name` and `reduction`.
// Derived may give `static absl::Status CheckConfig(const C&)`.
template <typename Derived, HasFields C>
class LossWith : public Loss {
 public:
  using Config = C;
  explicit LossWith(C config = {}) : config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  std::string_view registered_name() const override { return RegisteredNameOf<Derived>(); }
  Json GetConfig() const override { return ToJson(config_); }
  const std::string& name() const override { return config_.name; }
  const std::string& reduction() const override { return config_.reduction; }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    C config{};
    // Python's None, which JSON has as null, is the reduction "none".
    Json copy = json;
    if (copy.Has("reduction") && copy["reduction"].is_null()) copy.Set("reduction", "none");
    copy.Erase("dtype");
    copy.Erase("fn");
    RETURN_IF_ERROR(DecodeConfig(copy, &config, deserializer));
    RETURN_IF_ERROR(WithSubject(CheckReduction(config.reduction), "reduction"));
    if constexpr (requires { Derived::CheckConfig(config); }) {
      RETURN_IF_ERROR(Derived::CheckConfig(config));
    }
    return std::make_shared<Derived>(std::move(config));
  }

 protected:
  const C config_;
};

}  // namespace tricorn::keras
