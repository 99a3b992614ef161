#pragma once

#include "core/keras/metrics/metric.h"

namespace tricorn::keras {

// What one batch of values adds to total and count.
struct MeanAddends {
  ir::Value total;  // scalar float32
  ir::Value count;
};
// Entries are averaged to one value a sample first, weighted where there are weights.
// Source: Keras's `reduce_to_samplewise_values` and `Mean.update_state`.
MeanAddends AddToMean(ir::Value values, ir::Value sample_weight);
// total / count; 0 where nothing was counted.
ir::Value MeanResult(ir::Value total, ir::Value count);

// The mean over samples of a function of labels and predictions.
class MeanOfFunction : public Metric {
 public:
  std::vector<MetricVariable> Variables(const ir::Type& y_pred) const override;
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;

  virtual ir::Value Function(ir::Value y_true, ir::Value y_pred) const = 0;
  // Bool, of Function's shape: the entries that count. None where all do.
  virtual ir::Value EntryMask(ir::Value /*y_true*/, ir::Value /*y_pred*/) const { return {}; }
};

struct MeanConfig {
  std::string name = "mean";
  FIELDS(name)
};
// The mean of values given as predictions; labels are not looked at.
class Mean : public MetricWith<Mean, MeanConfig> {
 public:
  static constexpr std::string_view kClassName = "Mean";
  using MetricWith::MetricWith;
  std::vector<MetricVariable> Variables(const ir::Type& values) const override;
  ir::Values Update(ir::Value y_true, ir::Value values, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;
};

struct SumConfig {
  std::string name = "sum";
  FIELDS(name)
};
// The sum of values given as predictions.
class Sum : public MetricWith<Sum, SumConfig> {
 public:
  static constexpr std::string_view kClassName = "Sum";
  using MetricWith::MetricWith;
  std::vector<MetricVariable> Variables(const ir::Type& values) const override;
  ir::Values Update(ir::Value y_true, ir::Value values, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;
};

void RegisterMeans(Registry<Metric>& registry);

}  // namespace tricorn::keras
