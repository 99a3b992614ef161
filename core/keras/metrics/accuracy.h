#pragma once

#include "core/keras/metrics/mean.h"

namespace tricorn::keras {

struct AccuracyConfig {
  std::string name = "accuracy";
  FIELDS(name)
};
// How often predictions equal labels.
class Accuracy : public MetricWith<Accuracy, AccuracyConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "Accuracy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct BinaryAccuracyConfig {
  std::string name = "binary_accuracy";
  double threshold = 0.5;
  FIELDS(name, threshold)
};
// How often (prediction > threshold) equals the label.
class BinaryAccuracy : public MetricWith<BinaryAccuracy, BinaryAccuracyConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "BinaryAccuracy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct CategoricalAccuracyConfig {
  std::string name = "categorical_accuracy";
  FIELDS(name)
};
// How often the largest prediction is at the largest label.
class CategoricalAccuracy
    : public MetricWith<CategoricalAccuracy, CategoricalAccuracyConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "CategoricalAccuracy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct SparseCategoricalAccuracyConfig {
  std::string name = "sparse_categorical_accuracy";
  FIELDS(name)
};
// How often the largest prediction is at the class index that the label gives.
class SparseCategoricalAccuracy
    : public MetricWith<SparseCategoricalAccuracy, SparseCategoricalAccuracyConfig,
                        MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "SparseCategoricalAccuracy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct TopKCategoricalAccuracyConfig {
  std::string name = "top_k_categorical_accuracy";
  int64_t k = 5;
  FIELDS(name, k)
};
// How often the largest label is among the k largest predictions.
class TopKCategoricalAccuracy
    : public MetricWith<TopKCategoricalAccuracy, TopKCategoricalAccuracyConfig, MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "TopKCategoricalAccuracy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct SparseTopKCategoricalAccuracyConfig {
  std::string name = "sparse_top_k_categorical_accuracy";
  int64_t k = 5;
  bool from_sorted_ids = false;
  FIELDS(name, k, from_sorted_ids)
};
// How often the class that the label gives is among the k largest predictions; with
// `from_sorted_ids` predictions are class indices, best first.
class SparseTopKCategoricalAccuracy
    : public MetricWith<SparseTopKCategoricalAccuracy, SparseTopKCategoricalAccuracyConfig,
                        MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "SparseTopKCategoricalAccuracy";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

// What "accuracy" means for labels and predictions of these types: binary, sparse or categorical.
// Source: Keras's `get_metric`.
std::shared_ptr<const Metric> AccuracyFor(const ir::Type& y_true, const ir::Type& y_pred,
                                          std::string name);

void RegisterAccuracies(Registry<Metric>& registry);

}  // namespace tricorn::keras
