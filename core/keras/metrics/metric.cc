#include "core/keras/metrics/metric.h"

#include "core/keras/metrics/accuracy.h"
#include "core/keras/metrics/mean.h"
#include "core/keras/metrics/of_losses.h"

namespace tricorn::keras {

const Registry<Metric>& Metric::Builtins() {
  static const Registry<Metric> registry = [] {
    Registry<Metric> r;
    RegisterMeans(r);
    RegisterAccuracies(r);
    metrics::RegisterLossMetrics(r);
    return r;
  }();
  return registry;
}

}  // namespace tricorn::keras
