#include "core/keras/optimizers/adafactor.h"
#include "core/keras/optimizers/adagrad.h"
#include "core/keras/optimizers/adam.h"
#include "core/keras/optimizers/ftrl.h"
#include "core/keras/optimizers/loss_scale_optimizer.h"
#include "core/keras/optimizers/multi_optimizer.h"
#include "core/keras/optimizers/muon.h"
#include "core/keras/optimizers/sgd.h"

namespace tricorn::keras {
namespace {

// Under the class name and the identifier that `compile` takes.
template <typename C>
void Add(Registry<Optimizer>& registry, std::string_view identifier) {
  registry.Add<C>();
  registry.Add<C>(identifier);
}

}  // namespace

const Registry<Optimizer>& Optimizer::Builtins() {
  static const Registry<Optimizer> registry = [] {
    Registry<Optimizer> r;
    Add<SGD>(r, "sgd");
    Add<Lion>(r, "lion");
    Add<Adagrad>(r, "adagrad");
    Add<RMSprop>(r, "rmsprop");
    Add<Adadelta>(r, "adadelta");
    Add<Ftrl>(r, "ftrl");
    Add<Adam>(r, "adam");
    Add<AdamW>(r, "adamw");
    Add<Adamax>(r, "adamax");
    Add<Nadam>(r, "nadam");
    Add<Lamb>(r, "lamb");
    Add<ScheduleFreeAdamW>(r, "schedulefreeadamw");
    Add<Adafactor>(r, "adafactor");
    Add<Muon>(r, "muon");
    r.Add<LossScaleOptimizer>();
    r.Add<MultiOptimizer>();
    return r;
  }();
  return registry;
}

}  // namespace tricorn::keras
