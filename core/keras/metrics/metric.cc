#include "core/keras/metrics/metric.h"

#include "core/keras/metrics/accuracy.h"
#include "core/keras/metrics/at_bound.h"
#include "core/keras/metrics/auc.h"
#include "core/keras/metrics/correlation.h"
#include "core/keras/metrics/f_score.h"
#include "core/keras/metrics/iou.h"
#include "core/keras/metrics/mean.h"
#include "core/keras/metrics/mean_metric_wrapper.h"
#include "core/keras/metrics/of_losses.h"
#include "core/keras/metrics/positives.h"
#include "core/keras/metrics/r2_score.h"

namespace tricorn::keras {

const Registry<Metric>& Metric::Builtins() {
  static const Registry<Metric> registry = [] {
    Registry<Metric> r;
    RegisterMeanMetricWrapper(r);
    RegisterMeans(r);
    RegisterAccuracies(r);
    metrics::RegisterLossMetrics(r);
    RegisterPositives(r);
    RegisterBestAtBound(r);
    RegisterAUC(r);
    RegisterFScores(r);
    RegisterIoUs(r);
    RegisterR2Score(r);
    RegisterCorrelations(r);
    return r;
  }();
  return registry;
}

}  // namespace tricorn::keras
