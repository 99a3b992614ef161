#include "core/keras/losses/loss.h"

#include <tuple>

#include "core/keras/losses/circle.h"
#include "core/keras/losses/crossentropy.h"
#include "core/keras/losses/ctc.h"
#include "core/keras/losses/focal.h"
#include "core/keras/losses/overlap.h"
#include "core/keras/losses/plain.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {
namespace {

using ir::Value;

Value InLossDType(Value x) { return x.dtype() == DType::kF64 ? x : ops::Cast(x, DType::kF32); }

}  // namespace

LossSum Loss::Sum(Value y_true, Value y_pred, Value sample_weight, Value mask) const {
  const ir::Builder::Scope scope(y_pred.builder(), name());
  if (IsFloating(y_true.dtype())) y_true = InLossDType(y_true);
  y_pred = InLossDType(y_pred);
  std::tie(y_true, y_pred) = SqueezeOrExpandToSameRank(y_true, y_pred);
  const Value entries = Call(y_true, y_pred);
  const Value own = Mask(y_true, y_pred);
  if (own) mask = mask ? ops::LogicalAnd(mask, own) : own;
  return ReduceWeighted(entries, sample_weight, mask, reduction());
}

Value Loss::operator()(Value y_true, Value y_pred, Value sample_weight, Value mask) const {
  const LossSum loss = Sum(y_true, y_pred, sample_weight, mask);
  if (reduction() == "none" || loss.entries.rank() == 0) return loss.entries;
  if (!loss.divides) return loss.sum;
  const Value empty = ops::Equal(loss.divisor, 0.0);
  return ops::Where(empty, 0.0, loss.sum / ops::Where(empty, 1.0, loss.divisor));
}

const Registry<Loss>& Loss::Builtins() {
  static const Registry<Loss> registry = [] {
    Registry<Loss> r;
    RegisterPlainLosses(r);
    RegisterCrossentropies(r);
    RegisterFocalLosses(r);
    RegisterOverlapLosses(r);
    RegisterCircle(r);
    RegisterCTC(r);
    return r;
  }();
  return registry;
}

}  // namespace tricorn::keras
