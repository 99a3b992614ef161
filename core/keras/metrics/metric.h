#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/ref.h"

namespace tricorn::keras {

// One array that a metric accumulates, float32, zero at the start of an epoch.
struct MetricVariable {
  std::string name;  // as Keras names it: "total"
  Shape shape;
};

// What training reports. A metric is a sum over samples and a function of it: state' = state + what
// the batch adds. So batches and shards combine by addition, in any order that the caller fixes.
class Metric : public Serializable {
 public:
  static constexpr std::string_view kKind = "metric";
  static const Registry<Metric>& Builtins();

  std::string_view module() const override { return "keras.metrics"; }
  virtual const std::string& name() const = 0;

  // For predictions of this type.
  virtual std::vector<MetricVariable> Variables(const ir::Type& y_pred) const = 0;
  // One addend a variable. `sample_weight` and `mask` (of y_pred) may be none.
  virtual ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                            ir::Value mask) const = 0;
  virtual ir::Value Result(ir::Operands state) const = 0;
};

using MetricRef = Ref<Metric>;

// A metric as a config struct: JSON keys are Keras's arguments, among them `name`. Derived may give
// `static absl::Status CheckConfig(const C&)`.
template <typename Derived, HasFields C, typename Base = Metric>
class MetricWith : public Base {
 public:
  using Config = C;
  explicit MetricWith(C config = {}) : config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  std::string_view registered_name() const override { return RegisteredNameOf<Derived>(); }
  Json GetConfig() const override {
    Json config = ToJson(config_);
    if (!config.Has("dtype")) config.Set("dtype", "float32");
    return config;
  }
  const std::string& name() const override { return config_.name; }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    C config{};
    Json rest = json;
    if constexpr (!requires { config.dtype; }) rest.Erase("dtype");
    rest.Erase("fn");
    RETURN_IF_ERROR(DecodeConfig(rest, &config, deserializer));
    if constexpr (requires { Derived::CheckConfig(config); }) {
      RETURN_IF_ERROR(Derived::CheckConfig(config));
    }
    return std::make_shared<Derived>(std::move(config));
  }

 protected:
  const C config_;
};

}  // namespace tricorn::keras
