#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::Status ExpectFrames(const Type& inputs, const Type& lengths, int64_t blank) {
  if (inputs.rank() != 3 || lengths.rank() != 1 || inputs.shape[0] != lengths.shape[0] ||
      inputs.shape[1] < 1) {
    return InvalidArgument(
        "expected inputs (batch, frames, classes) and lengths (batch,), received {} and {}",
        inputs.ToString(), lengths.ToString());
  }
  if (blank >= 0 && blank < inputs.shape[2]) return absl::OkStatus();
  return InvalidArgument("expected a blank within [0, {}), received {}", inputs.shape[2], blank);
}

Value ToWideFloat(Value x) {
  return IsFloating(x.dtype()) && SizeOf(x.dtype()) >= 4 ? x : Cast(x, DType::kF32);
}

absl::StatusOr<Types> InferBeamSearch(std::span<const Type> x, const CtcBeamSearchAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  RETURN_IF_ERROR(ExpectSameType({DType::kI32, x[1].shape}, x[1]));
  RETURN_IF_ERROR(ExpectFrames(x[0], x[1], a.blank));
  if (a.beam_width < 1 || a.top_paths < 1 || a.top_paths > a.beam_width) {
    return InvalidArgument("expected 1 <= top_paths <= beam_width, received {} and {}", a.top_paths,
                           a.beam_width);
  }
  const Shape& inputs = x[0].shape;
  return Types{{DType::kI32, {a.top_paths, inputs[0], inputs[1]}},
               {x[0].dtype, {inputs[0], a.top_paths}}};
}

}  // namespace

CtcPaths CtcGreedyDecode(Value inputs, Value lengths, bool merge_repeated, int64_t blank) {
  const absl::Status status = ExpectFrames(inputs.type(), lengths.type(), blank);
  if (!status.ok()) {
    const Value error = Error(inputs, WithSubject(status, "ctc_decode"));
    return {error, error};
  }
  inputs = ToWideFloat(inputs);
  const int64_t frames = inputs.dim(1);
  const Type type{DType::kI32, {inputs.dim(0), frames}};
  const Value position = Iota(inputs.builder(), type, 1);
  const Value inside = Less(position, ExpandDims(Cast(lengths, DType::kI32), {1}));
  const Value scores = Where(inside, Max(inputs, {-1}), 0);
  const Value classes = Where(inside, Argmax(inputs, -1), blank);
  Value kept = NotEqual(classes, blank);
  if (merge_repeated) {
    const Value before = Pad(SliceAxis(classes, 1, 0, frames - 1), {0, 1}, {0, 0}, {}, -1);
    kept = LogicalAnd(kept, NotEqual(classes, before));
  }
  // Those kept come first, in their order.
  const Value order = Argsort(Where(kept, position, frames), 1);
  const Value path = TakeAlongAxis(Where(kept, classes, -1), order, 1);
  return {ExpandDims(path, {0}), -Sum(scores, {1}, true)};
}

const OpDef kCtcBeamSearch = Op<CtcBeamSearchAttrs>{
    .name = "ctc_beam_search",
    .doc =
        "the most probable label paths, found with beam_width prefixes at each frame. Operands: "
        "log-probabilities (batch, frames, classes), lengths. Results: paths, scores",
    .infer_all = InferBeamSearch,
};

CtcPaths CtcBeamSearch(Value inputs, Value lengths, const CtcBeamSearchAttrs& attrs) {
  const Values results = inputs.builder().AddAll(
      kCtcBeamSearch, {{LogSoftmax(ToWideFloat(inputs), -1), Cast(lengths, DType::kI32)}}, attrs);
  if (results.size() != 2) return {Error(inputs), Error(inputs)};
  return {results[0], results[1]};
}

}  // namespace tricorn::ops
