#pragma once

#include <optional>
#include <vector>

#include "core/keras/metrics/metric.h"

// Intersection over union of classes, from the matrix of how often a label met a prediction:
//   tp / (tp + fp + fn), the mean over the target classes that were met

namespace tricorn::keras {

class ConfusionMatrixIoU : public Metric {
 public:
  std::vector<MetricVariable> Variables(const ir::Type& y_pred) const override;
  ir::Values Update(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                    ir::Value mask) const override;
  ir::Value Result(ir::Operands state) const override;

 protected:
  struct Form {
    int64_t num_classes;
    std::vector<int64_t> target_class_ids;
    std::optional<int64_t> ignore_class = std::nullopt;
    bool sparse_y_true = true;  // class indices, else one score a class along `axis`
    bool sparse_y_pred = true;
    int64_t axis = -1;
    std::optional<double> threshold = std::nullopt;  // y_pred >= threshold is class 1
    std::optional<std::string> dtype = std::nullopt;
  };
  virtual Form form() const = 0;
  // Errors: InvalidArgument for num_classes outside [1, 10000], targets outside [0, num_classes).
  static absl::Status CheckForm(const Form& form);
  static std::vector<int64_t> AllClasses(int64_t num_classes);
};

struct IoUConfig {
  std::string name = "io_u";
  std::optional<std::string> dtype = "int32";  // sample weights are truncated to it
  int64_t num_classes = 0;
  std::vector<int64_t> target_class_ids = {};
  std::optional<int64_t> ignore_class = std::nullopt;
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  int64_t axis = -1;
  FIELDS(name, dtype, num_classes, target_class_ids, ignore_class, sparse_y_true, sparse_y_pred,
         axis)
};
class IoU : public MetricWith<IoU, IoUConfig, ConfusionMatrixIoU> {
 public:
  static constexpr std::string_view kClassName = "IoU";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const IoUConfig& config) { return CheckForm(FormOf(config)); }

 protected:
  Form form() const override { return FormOf(config_); }

 private:
  static Form FormOf(const IoUConfig& c) {
    return {c.num_classes, c.target_class_ids, c.ignore_class, c.sparse_y_true, c.sparse_y_pred,
            c.axis,        std::nullopt,       c.dtype};
  }
};

struct MeanIoUConfig {
  std::string name = "mean_io_u";
  std::optional<std::string> dtype = "int32";  // sample weights are truncated to it
  int64_t num_classes = 0;
  std::optional<int64_t> ignore_class = std::nullopt;
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  int64_t axis = -1;
  FIELDS(name, dtype, num_classes, ignore_class, sparse_y_true, sparse_y_pred, axis)
};
// Of all classes.
class MeanIoU : public MetricWith<MeanIoU, MeanIoUConfig, ConfusionMatrixIoU> {
 public:
  static constexpr std::string_view kClassName = "MeanIoU";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const MeanIoUConfig& config) { return CheckForm(FormOf(config)); }

 protected:
  Form form() const override { return FormOf(config_); }

 private:
  static Form FormOf(const MeanIoUConfig& c) {
    return {c.num_classes,   AllClasses(c.num_classes),
            c.ignore_class,  c.sparse_y_true,
            c.sparse_y_pred, c.axis,
            std::nullopt,    c.dtype};
  }
};

struct BinaryIoUConfig {
  std::string name = "binary_io_u";
  std::optional<std::string> dtype = "int32";  // sample weights are truncated to it
  std::vector<int64_t> target_class_ids = {0, 1};
  double threshold = 0.5;
  FIELDS(name, dtype, target_class_ids, threshold)
};
// Class 1 is predicted by scores of at least `threshold`.
class BinaryIoU : public MetricWith<BinaryIoU, BinaryIoUConfig, ConfusionMatrixIoU> {
 public:
  static constexpr std::string_view kClassName = "BinaryIoU";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const BinaryIoUConfig& config) {
    return CheckForm(FormOf(config));
  }

 protected:
  Form form() const override { return FormOf(config_); }

 private:
  static Form FormOf(const BinaryIoUConfig& c) {
    return {2, c.target_class_ids, std::nullopt, true, true, -1, c.threshold, c.dtype};
  }
};

struct OneHotIoUConfig {
  std::string name = "one_hot_io_u";
  std::optional<std::string> dtype = "int32";  // sample weights are truncated to it
  int64_t num_classes = 0;
  std::vector<int64_t> target_class_ids = {};
  std::optional<int64_t> ignore_class = std::nullopt;
  bool sparse_y_pred = false;
  int64_t axis = -1;
  FIELDS(name, dtype, num_classes, target_class_ids, ignore_class, sparse_y_pred, axis)
};
// Labels are one-hot.
class OneHotIoU : public MetricWith<OneHotIoU, OneHotIoUConfig, ConfusionMatrixIoU> {
 public:
  static constexpr std::string_view kClassName = "OneHotIoU";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const OneHotIoUConfig& config) {
    return CheckForm(FormOf(config));
  }

 protected:
  Form form() const override { return FormOf(config_); }

 private:
  static Form FormOf(const OneHotIoUConfig& c) {
    return {c.num_classes, c.target_class_ids, c.ignore_class, false, c.sparse_y_pred,
            c.axis,        std::nullopt,       c.dtype};
  }
};

struct OneHotMeanIoUConfig {
  std::string name = "one_hot_mean_io_u";
  std::optional<std::string> dtype = "int32";  // sample weights are truncated to it
  int64_t num_classes = 0;
  std::optional<int64_t> ignore_class = std::nullopt;
  bool sparse_y_pred = false;
  int64_t axis = -1;
  FIELDS(name, dtype, num_classes, ignore_class, sparse_y_pred, axis)
};
// Labels are one-hot; of all classes.
class OneHotMeanIoU : public MetricWith<OneHotMeanIoU, OneHotMeanIoUConfig, ConfusionMatrixIoU> {
 public:
  static constexpr std::string_view kClassName = "OneHotMeanIoU";
  using MetricWith::MetricWith;
  static absl::Status CheckConfig(const OneHotMeanIoUConfig& config) {
    return CheckForm(FormOf(config));
  }

 protected:
  Form form() const override { return FormOf(config_); }

 private:
  static Form FormOf(const OneHotMeanIoUConfig& c) {
    return {c.num_classes,   AllClasses(c.num_classes),
            c.ignore_class,  false,
            c.sparse_y_pred, c.axis,
            std::nullopt,    c.dtype};
  }
};

void RegisterIoUs(Registry<Metric>& registry);

}  // namespace tricorn::keras
