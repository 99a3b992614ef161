#include "core/keras/layers/recurrent/recurrence.h"

#include "core/ops/control/control.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

// `mask` (batch) in the rank of `like`, (batch, 1, ...).
ir::Value Expanded(ir::Value mask, ir::Value like) {
  std::vector<int64_t> dims(static_cast<size_t>(like.rank()), 1);
  dims[0] = mask.dim(0);
  return ops::Reshape(mask, Shape(std::move(dims)));
}

class Recurrence {
 public:
  Recurrence(CallContext& context, RnnCell& cell, ir::Value input, const ir::Values& initial,
             ir::Value mask, const RecurrenceOptions& options)
      : context_(context),
        cell_(cell),
        options_(options),
        initial_(initial),
        length_(input.dim(1)),
        zeros_masked_(mask && options.zero_output_for_mask && !options.unroll) {
    const bool casts = IsFloating(input.dtype());
    const ir::Value steps =
        ops::SwapAxes(casts ? ops::Cast(input, cell.compute_dtype()) : input, 0, 1);
    if (!context.builder().ok()) return;
    std::vector<int64_t> step(steps.shape().begin() + 1, steps.shape().end());
    constants_ = cell.Constants(context, Shape(std::move(step)), steps.dim(1));
    projected_ = cell.ProjectInput(context, steps);
    if (mask) mask_ = ops::SwapAxes(ops::Cast(mask, DType::kBool), 0, 1);
    carries_output_ = CarriesOutput();
  }

  RecurrenceResult Run() {
    if (!context_.builder().ok()) return Failed();
    if (options_.unroll) return Unrolled();
    if (!mask_ && constants_.empty() && !carries_output_ && length_ > 0) {
      auto walk = cell_.WalkAll(context_, projected_, initial_, options_.go_backwards);
      if (!context_.builder().ok()) return Failed();
      if (walk) return Walked(*std::move(walk));
    }
    return Scanned();
  }

 private:
  RecurrenceResult Failed() {
    const ir::Value error(&context_.builder(), -1);
    return {error, error, ir::Values(initial_.size(), error)};
  }

  // Whether the output of a step is more than the state that it is in: where masked steps keep it,
  // the two begin alike only if both begin with zeros.
  bool CarriesOutput() const {
    const int state = cell_.output_state();
    if (state < 0 || zeros_masked_) return true;
    return mask_ && !ops::IsZero(initial_[static_cast<size_t>(state)]);
  }

  ir::Value ZeroOutput(int64_t batch) {
    std::vector<int64_t> dims{batch};
    const Shape shape = cell_.output_shape();
    dims.insert(dims.end(), shape.begin(), shape.end());
    return ops::Full(context_.builder(), {cell_.compute_dtype(), Shape(std::move(dims))}, 0);
  }

  // One step: states, and the output before where that is carried, to the same and the output.
  struct Stepped {
    ir::Values carries;
    ir::Value output;
  };
  Stepped Step(ir::Value input, ir::Value mask, ir::Operands carries) {
    const ir::Operands before = carries.first(initial_.size());
    CellStep step = cell_.Step(context_, input, before, constants_);
    if (mask && context_.builder().ok()) {
      for (size_t i = 0; i < step.states.size(); ++i) {
        step.states[i] = ops::Where(Expanded(mask, step.states[i]), step.states[i], before[i]);
      }
      if (carries_output_) {
        const ir::Value otherwise = zeros_masked_ ? ops::ZerosLike(step.output) : carries.back();
        step.output = ops::Where(Expanded(mask, step.output), step.output, otherwise);
      }
    }
    if (!carries_output_) step.output = step.states[static_cast<size_t>(cell_.output_state())];
    Stepped stepped{step.states, step.output};
    if (carries_output_) stepped.carries.push_back(step.output);
    return stepped;
  }

  ir::Values InitialCarries() {
    ir::Values carries = initial_;
    if (carries_output_) carries.push_back(ZeroOutput(projected_.dim(1)));
    return carries;
  }

  ir::Value Last(const ir::Values& carries) const {
    return carries_output_ ? carries.back() : carries[static_cast<size_t>(cell_.output_state())];
  }
  ir::Values States(const ir::Values& carries) const {
    return {carries.begin(), carries.begin() + static_cast<ptrdiff_t>(initial_.size())};
  }

  RecurrenceResult Walked(RnnCell::Walk walk) {
    RecurrenceResult all{Last(walk.states), {}, walk.states};
    if (options_.return_sequences) all.sequence = InOrderOfWalk(walk.sequence);
    return all;
  }

  // A sequence (steps, batch, ...) in the order of t, as (batch, steps, ...).
  ir::Value InOrderOfWalk(ir::Value sequence) const {
    return ops::SwapAxes(options_.go_backwards ? ops::Reverse(sequence, {0}) : sequence, 0, 1);
  }

  RecurrenceResult Scanned() {
    ir::Values xs{projected_, ops::Iota(context_.builder(), {DType::kU32, {length_}}, 0)};
    if (mask_) xs.push_back(mask_);
    const ops::ScanStep result = ops::Scan(
        context_.builder(), InitialCarries(), xs, length_,
        [&](ir::Builder& region, ir::Operands carries, ir::Operands slices) {
          const CallContext::RegionScope scope(context_, region, slices[1]);
          const Stepped step = Step(slices[0], mask_ ? slices[2] : ir::Value(), carries);
          return ops::ScanStep{step.carries,
                               options_.return_sequences ? ir::Values{step.output} : ir::Values()};
        },
        options_.go_backwards);
    if (!context_.builder().ok()) return Failed();
    RecurrenceResult all{Last(result.carries), {}, States(result.carries)};
    if (options_.return_sequences) all.sequence = InOrderOfWalk(result.ys[0]);
    return all;
  }

  ir::Value At(ir::Value sequence, int64_t t) {
    return ops::Squeeze(ops::SliceAxis(sequence, 0, t, t + 1), {0});
  }

  RecurrenceResult Unrolled() {
    ir::Values carries = InitialCarries();
    ir::Values outputs;
    for (int64_t step = 0; step < length_ && context_.builder().ok(); ++step) {
      const int64_t t = options_.go_backwards ? length_ - 1 - step : step;
      const Stepped stepped = Step(At(projected_, t), mask_ ? At(mask_, t) : ir::Value(), carries);
      carries = stepped.carries;
      outputs.push_back(stepped.output);
    }
    if (!context_.builder().ok()) return Failed();
    RecurrenceResult all{Last(carries), {}, States(carries)};
    if (options_.return_sequences) all.sequence = ops::Stack(outputs, 1);
    return all;
  }

  CallContext& context_;
  RnnCell& cell_;
  const RecurrenceOptions& options_;
  const ir::Values& initial_;
  const int64_t length_;
  const bool zeros_masked_;
  ir::Values constants_;
  ir::Value projected_;  // (steps, batch, ...)
  ir::Value mask_;       // (steps, batch); none without
  bool carries_output_ = false;
};

}  // namespace

RecurrenceResult RunRecurrence(CallContext& context, RnnCell& cell, ir::Value input,
                               const ir::Values& initial, ir::Value mask,
                               const RecurrenceOptions& options) {
  return Recurrence(context, cell, input, initial, mask, options).Run();
}

}  // namespace tricorn::keras
