#include "core/keras/schedules/schedule.h"

#include "core/keras/schedules/cosine.h"
#include "core/keras/schedules/decay.h"

namespace tricorn::keras {

const Registry<Schedule>& Schedule::Builtins() {
  static const Registry<Schedule> registry = [] {
    Registry<Schedule> r;
    r.Add<ExponentialDecay>();
    r.Add<InverseTimeDecay>();
    r.Add<PolynomialDecay>();
    r.Add<PiecewiseConstantDecay>();
    r.Add<CosineDecay>();
    r.Add<CosineDecayRestarts>();
    return r;
  }();
  return registry;
}

}  // namespace tricorn::keras
