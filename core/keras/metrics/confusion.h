#pragma once

#include <optional>
#include <vector>

#include "core/ir/builder.h"

namespace tricorn::keras {

// At which thresholds predictions count as positive, and which of them count.
struct ConfusionOptions {
  std::vector<double> thresholds;
  std::optional<int64_t> top_k = std::nullopt;     // others than the k largest are negative
  std::optional<int64_t> class_id = std::nullopt;  // one entry of the last axis
  bool multi_label = false;                        // entries of the last axis apart
  std::vector<double> label_weights = {};          // of the last axis; all 1 when empty
};

// Weighted numbers of predictions: (thresholds,), or (thresholds, labels) if multi_label.
struct ConfusionCounts {
  ir::Value true_positives, false_positives, true_negatives, false_negatives;
};

// y_true 0 or 1, y_pred scores; sample_weight may be none.
// Thresholds spaced evenly over [0, 1] count by buckets, others by comparing each prediction with
// each threshold. Source: Keras's `update_confusion_matrix_variables`.
ConfusionCounts CountConfusion(ir::Value y_true, ir::Value y_pred, ir::Value sample_weight,
                               const ConfusionOptions& options);

// `count` thresholds from 0 to 1; 0.5 alone.
std::vector<double> EvenThresholds(int64_t count);

// a / b; 0 where b is 0.
ir::Value DivideNoNan(ir::Value a, ir::Value b);

}  // namespace tricorn::keras
