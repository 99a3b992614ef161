#pragma once

#include <optional>

#include "core/keras/losses/functions.h"
#include "core/keras/metrics/mean.h"

// Metrics that average a loss formula.

namespace tricorn::keras::metrics {

// Derived names the metric; Formula is one of losses/functions.h.
template <typename Traits>
struct LossMetricConfig {
  std::string name = Traits::kName;
  FIELDS(name)
};

#define TRICORN_LOSS_METRIC(Class, snake_name, Formula)                                     \
  struct Class##Traits {                                                                    \
    static constexpr const char* kName = snake_name;                                        \
  };                                                                                        \
  class Class : public MetricWith<Class, LossMetricConfig<Class##Traits>, MeanOfFunction> { \
   public:                                                                                  \
    static constexpr std::string_view kClassName = #Class;                                  \
    using MetricWith::MetricWith;                                                           \
                                                                                            \
   protected:                                                                               \
    ir::Value Function(ir::Value y_true, ir::Value y_pred) const override {                 \
      return losses::Formula(y_true, y_pred);                                               \
    }                                                                                       \
  };

TRICORN_LOSS_METRIC(MeanSquaredError, "mean_squared_error", MeanSquaredError)
TRICORN_LOSS_METRIC(MeanAbsoluteError, "mean_absolute_error", MeanAbsoluteError)
TRICORN_LOSS_METRIC(MeanAbsolutePercentageError, "mean_absolute_percentage_error",
                    MeanAbsolutePercentageError)
TRICORN_LOSS_METRIC(MeanSquaredLogarithmicError, "mean_squared_logarithmic_error",
                    MeanSquaredLogarithmicError)
TRICORN_LOSS_METRIC(LogCoshError, "logcosh", LogCosh)
TRICORN_LOSS_METRIC(Hinge, "hinge", Hinge)
TRICORN_LOSS_METRIC(SquaredHinge, "squared_hinge", SquaredHinge)
TRICORN_LOSS_METRIC(CategoricalHinge, "categorical_hinge", CategoricalHinge)
TRICORN_LOSS_METRIC(KLDivergence, "kl_divergence", KLDivergence)
TRICORN_LOSS_METRIC(Poisson, "poisson", Poisson)
#undef TRICORN_LOSS_METRIC

struct CosineSimilarityConfig {
  std::string name = "cosine_similarity";
  int64_t axis = -1;
  FIELDS(name, axis)
};
// Here 1 is alike, unlike in the loss.
class CosineSimilarity
    : public MetricWith<CosineSimilarity, CosineSimilarityConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "CosineSimilarity";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct RootMeanSquaredErrorConfig {
  std::string name = "root_mean_squared_error";
  FIELDS(name)
};
class RootMeanSquaredError
    : public MetricWith<RootMeanSquaredError, RootMeanSquaredErrorConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "RootMeanSquaredError";
  using MetricWith::MetricWith;
  ir::Value Result(ir::Operands state) const override;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct BinaryCrossentropyConfig {
  std::string name = "binary_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  FIELDS(name, from_logits, label_smoothing)
};
class BinaryCrossentropy
    : public MetricWith<BinaryCrossentropy, BinaryCrossentropyConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "BinaryCrossentropy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct CategoricalCrossentropyConfig {
  std::string name = "categorical_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  int64_t axis = -1;
  FIELDS(name, from_logits, label_smoothing, axis)
};
class CategoricalCrossentropy
    : public MetricWith<CategoricalCrossentropy, CategoricalCrossentropyConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "CategoricalCrossentropy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct SparseCategoricalCrossentropyConfig {
  std::string name = "sparse_categorical_crossentropy";
  bool from_logits = false;
  std::optional<int64_t> ignore_class = std::nullopt;
  int64_t axis = -1;
  FIELDS(name, from_logits, ignore_class, axis)
};
class SparseCategoricalCrossentropy
    : public MetricWith<SparseCategoricalCrossentropy, SparseCategoricalCrossentropyConfig,
                        MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "SparseCategoricalCrossentropy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
  ir::Value EntryMask(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterLossMetrics(Registry<Metric>& registry);

}  // namespace tricorn::keras::metrics
