#include "core/keras/losses/ctc.h"

#include <algorithm>
#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// The logarithm of 0, of which sums and differences stay finite.
constexpr double kLogZero = -1e30;

// x moved by `count` places along the last axis, `fill` coming in.
Value ShiftedRight(Value x, int64_t count, double fill) {
  const int64_t length = x.dim(-1);
  return ops::Pad(ops::SliceAxis(x, -1, 0, std::max<int64_t>(length - count, 0)),
                  {0, std::min(count, length)}, {0, 0}, {}, fill);
}

// blank, label, blank, label, ..., blank: (batch, 2 length + 1).
Value WithBlanks(Value labels) {
  const Value blanks = ops::ZerosLike(labels);
  const Value pairs =
      ops::Reshape(ops::Stack({{blanks, labels}}, -1), {labels.dim(0), 2 * labels.dim(1)});
  return ops::Pad(pairs, {0, 0}, {0, 1});
}

}  // namespace

Value CTC::Call(Value y_true, Value y_pred) const {
  ir::Builder& builder = y_pred.builder();
  if (y_true.rank() != 2 || y_pred.rank() != 3) {
    builder.SetError(InvalidArgument(
        "expected labels (batch, length) and logits (batch, frames, classes), received {} and {}",
        y_true.type().ToString(), y_pred.type().ToString()));
    return y_pred;
  }
  const Value labels = ops::Cast(y_true, DType::kI32);
  const Value states = WithBlanks(labels);
  const int64_t batch = states.dim(0);
  const int64_t frames = y_pred.dim(1);
  const int64_t count = states.dim(1);
  const Value indices = ops::BroadcastTo(ops::ExpandDims(states, {1}), Shape{batch, frames, count});
  const Value emitted = ops::TakeAlongAxis(ops::LogSoftmax(y_pred, -1), indices, 2);
  const auto at_frame = [&](int64_t t) {
    return ops::Squeeze(ops::SliceAxis(emitted, 1, t, t + 1), {1});
  };
  // A label may follow another one directly.
  const Value skips =
      ops::LogicalAnd(ops::NotEqual(states, 0), ops::NotEqual(states, ShiftedRight(states, 2, 0)));
  const Value position = ops::Iota(builder, states.type(), 1);
  Value alpha = ops::Where(ops::Less(position, 2), at_frame(0), kLogZero);
  for (int64_t t = 1; t < frames; ++t) {
    const Value skipped = ops::Where(skips, ShiftedRight(alpha, 2, kLogZero), kLogZero);
    const Value ways = ops::Stack({{alpha, ShiftedRight(alpha, 1, kLogZero), skipped}}, -1);
    alpha = at_frame(t) + ops::LogSumExp(ways, {-1});
  }
  const Value length =
      ops::Sum(ops::Cast(ops::NotEqual(labels, 0), DType::kI32), {1}, /*keepdims=*/true);
  const Value is_end =
      ops::LogicalOr(ops::Equal(position, length * 2), ops::Equal(position, length * 2 - 1));
  const Value loss = -ops::LogSumExp(ops::Where(is_end, alpha, kLogZero), {-1});
  return ops::Where(ops::Less(loss, -kLogZero / 2), loss, std::numeric_limits<double>::infinity());
}

void RegisterCTC(Registry<Loss>& registry) {
  registry.Add<CTC>();
  registry.Add<CTC>("ctc");
}

}  // namespace tricorn::keras
