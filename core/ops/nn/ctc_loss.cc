#include <algorithm>
#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The logarithm of 0, of which sums and differences stay finite.
constexpr double kLogZero = -1e30;

// x moved by `count` places along the last axis, `fill` coming in.
Value ShiftedRight(Value x, int64_t count, double fill) {
  const int64_t length = x.dim(-1);
  return Pad(SliceAxis(x, -1, 0, std::max<int64_t>(length - count, 0)),
             {0, std::min(count, length)}, {0, 0}, {}, fill);
}

// blank, label, blank, label, ..., blank: (batch, 2 length + 1).
Value WithBlanks(Value labels, int64_t blank) {
  const Value blanks = Full(labels.builder(), labels.type(), static_cast<double>(blank));
  const Value pairs = Reshape(Stack({{blanks, labels}}, -1), {labels.dim(0), 2 * labels.dim(1)});
  return Pad(pairs, {0, 0}, {0, 1}, {}, static_cast<double>(blank));
}

absl::Status ExpectSequences(Value labels, Value logits, int64_t blank) {
  if (labels.rank() != 2 || logits.rank() != 3 || labels.dim(0) != logits.dim(0)) {
    return InvalidArgument(
        "ctc_loss: expected labels (batch, length) and logits (batch, frames, classes), received "
        "{} and {}",
        labels.type().ToString(), logits.type().ToString());
  }
  if (blank >= 0 && blank < logits.dim(2) && logits.dim(1) > 0) return absl::OkStatus();
  return InvalidArgument("ctc_loss: expected a blank of {} classes and a frame, received {}",
                         logits.dim(2), blank);
}

}  // namespace

Value CtcLoss(Value labels, Value logits, Value label_lengths, Value frame_lengths, int64_t blank) {
  const absl::Status status = ExpectSequences(labels, logits, blank);
  if (!status.ok()) return Error(logits, status);
  if (!IsFloating(logits.dtype()) || SizeOf(logits.dtype()) < 4) logits = Cast(logits, DType::kF32);
  const Value states = WithBlanks(Cast(labels, DType::kI32), blank);
  const int64_t batch = states.dim(0), frames = logits.dim(1), count = states.dim(1);
  const Value indices = BroadcastTo(ExpandDims(states, {1}), Shape{batch, frames, count});
  const Value emitted = TakeAlongAxis(LogSoftmax(logits, -1), indices, 2);
  const auto at_frame = [&](int64_t t) { return Squeeze(SliceAxis(emitted, 1, t, t + 1), {1}); };
  // A label may follow another one directly.
  const Value skips =
      LogicalAnd(NotEqual(states, blank),
                 NotEqual(states, ShiftedRight(states, 2, static_cast<double>(blank))));
  const Value position = Iota(logits.builder(), states.type(), 1);
  Value alpha = Where(Less(position, 2), at_frame(0), kLogZero);
  for (int64_t t = 1; t < frames; ++t) {
    const Value skipped = Where(skips, ShiftedRight(alpha, 2, kLogZero), kLogZero);
    const Value ways = Stack({{alpha, ShiftedRight(alpha, 1, kLogZero), skipped}}, -1);
    const Value next = at_frame(t) + LogSumExp(ways, {-1});
    if (frame_lengths) {
      alpha = Where(Greater(ExpandDims(Cast(frame_lengths, DType::kI32), {1}), t), next, alpha);
    } else {
      alpha = next;
    }
  }
  const Value length = ExpandDims(Cast(label_lengths, DType::kI32), {1});
  const Value is_end = LogicalOr(Equal(position, length * 2), Equal(position, length * 2 - 1));
  const Value loss = -LogSumExp(Where(is_end, alpha, kLogZero), {-1});
  return Where(Less(loss, -kLogZero / 2), loss, std::numeric_limits<double>::infinity());
}

}  // namespace tricorn::ops
