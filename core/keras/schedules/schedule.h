#pragma once

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// A learning rate as a function of the number of updates done.
class Schedule : public Serializable {
 public:
  static constexpr std::string_view kKind = "learning rate schedule";
  static const Registry<Schedule>& Builtins();

  std::string_view module() const override { return "keras.optimizers.schedules"; }

  // step: scalar, any number type. A float32 scalar. Errors go to the builder.
  virtual ir::Value operator()(ir::Value step) const = 0;
};

// A schedule as a config struct: JSON keys are Keras's arguments. Derived gives `Check(config)` to
// refuse arguments.
template <typename Derived, HasFields C>
class ScheduleWith : public Schedule {
 public:
  using Config = C;
  explicit ScheduleWith(C config) : config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  Json GetConfig() const override { return ToJson(config_); }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    C config{};
    RETURN_IF_ERROR(DecodeConfig(json, &config, deserializer));
    RETURN_IF_ERROR(Derived::Check(config));
    return std::make_shared<Derived>(std::move(config));
  }

 protected:
  const C config_;
};

}  // namespace tricorn::keras
