#pragma once

#include "core/keras/losses/functions.h"
#include "core/keras/losses/loss.h"

// Losses whose formula has at most one argument: functions.h has the formulas.

namespace tricorn::keras {

// A loss without arguments of its own. Derived gives kClassName, kName and kFunction.
template <typename Derived>
struct PlainLossConfig {
  std::string name = Derived::kName;
  std::string reduction = "sum_over_batch_size";
  FIELDS(name, reduction)
};

#define TRICORN_PLAIN_LOSS(Class, snake_name)                            \
  struct Class##Traits {                                                 \
    static constexpr const char* kName = snake_name;                     \
  };                                                                     \
  class Class : public LossWith<Class, PlainLossConfig<Class##Traits>> { \
   public:                                                               \
    static constexpr std::string_view kClassName = #Class;               \
    using LossWith::LossWith;                                            \
    ir::Value Call(ir::Value y_true, ir::Value y_pred) const override {  \
      return losses::Class(y_true, y_pred);                              \
    }                                                                    \
  };

TRICORN_PLAIN_LOSS(MeanSquaredError, "mean_squared_error")
TRICORN_PLAIN_LOSS(MeanAbsoluteError, "mean_absolute_error")
TRICORN_PLAIN_LOSS(MeanAbsolutePercentageError, "mean_absolute_percentage_error")
TRICORN_PLAIN_LOSS(MeanSquaredLogarithmicError, "mean_squared_logarithmic_error")
TRICORN_PLAIN_LOSS(LogCosh, "log_cosh")
TRICORN_PLAIN_LOSS(Hinge, "hinge")
TRICORN_PLAIN_LOSS(SquaredHinge, "squared_hinge")
TRICORN_PLAIN_LOSS(CategoricalHinge, "categorical_hinge")
TRICORN_PLAIN_LOSS(KLDivergence, "kl_divergence")
TRICORN_PLAIN_LOSS(Poisson, "poisson")
#undef TRICORN_PLAIN_LOSS

struct HuberConfig {
  std::string name = "huber_loss";
  std::string reduction = "sum_over_batch_size";
  double delta = 1.0;
  FIELDS(name, reduction, delta)
};
class Huber : public LossWith<Huber, HuberConfig> {
 public:
  static constexpr std::string_view kClassName = "Huber";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

struct CosineSimilarityConfig {
  std::string name = "cosine_similarity";
  std::string reduction = "sum_over_batch_size";
  int64_t axis = -1;
  FIELDS(name, reduction, axis)
};
class CosineSimilarity : public LossWith<CosineSimilarity, CosineSimilarityConfig> {
 public:
  static constexpr std::string_view kClassName = "CosineSimilarity";
  using LossWith::LossWith;
  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

void RegisterPlainLosses(Registry<Loss>& registry);

}  // namespace tricorn::keras
