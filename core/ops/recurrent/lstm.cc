#include "core/ops/recurrent/lstm.h"

#include "core/ops/control/control.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/recurrent/lstm_gates.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// (batch, units) of a state, and what goes with it.
absl::Status ExpectState(const Type& state) {
  RETURN_IF_ERROR(ExpectFloating(state));
  if (state.rank() == 2) return absl::OkStatus();
  return InvalidArgument("expected a state (batch, units), received {}", state.ToString());
}
absl::Status ExpectSequence(const Type& state, const Type& sequence, int64_t parts) {
  if (sequence.rank() == 3 && sequence.shape[0] > 0) {
    return ExpectSameType(
        {state.dtype, {sequence.shape[0], state.shape[0], parts * state.shape[1]}}, sequence);
  }
  return InvalidArgument("expected (steps, batch, {}), received {}", parts * state.shape[1],
                         sequence.ToString());
}
absl::Status ExpectKernel(const Type& state, const Type& kernel) {
  return ExpectSameType({state.dtype, {state.shape[1], 4 * state.shape[1]}}, kernel);
}

absl::StatusOr<Types> Infer(std::span<const Type> x, const LstmAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 4));
  const Type& state = x[1];
  RETURN_IF_ERROR(ExpectState(state));
  RETURN_IF_ERROR(ExpectSequence(state, x[0], 4));
  RETURN_IF_ERROR(ExpectSameType(state, x[2]));
  RETURN_IF_ERROR(ExpectKernel(state, x[3]));
  const Type states{state.dtype, {x[0].shape[0], state.shape[0], state.shape[1]}};
  return Types{state, state, states, states, x[0]};
}

absl::StatusOr<Types> InferGradient(std::span<const Type> x, const LstmGradientAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, a.has_sequence_gradient ? 7 : 6));
  const Type& state = x[1];
  RETURN_IF_ERROR(ExpectState(state));
  RETURN_IF_ERROR(ExpectKernel(state, x[0]));
  RETURN_IF_ERROR(ExpectSequence(state, x[2], 1));
  RETURN_IF_ERROR(ExpectSequence(state, x[3], 4));
  for (const size_t i : {4, 5}) RETURN_IF_ERROR(ExpectSameType(state, x[i]));
  if (a.has_sequence_gradient) RETURN_IF_ERROR(ExpectSameType(x[2], x[6]));
  return Types{x[3], state, state};
}

Value Product(Value x, Value kernel) {
  return DotGeneral(x, kernel, {.a_contract = {1}, .b_contract = {0}});
}

Values Decompose(Operands x, const LstmAttrs& a) {
  const Value kernel = x[3];
  const ScanStep all = Scan(
      x[0].builder(), {{x[1], x[2]}}, {{x[0]}}, x[0].dim(0),
      [&](Builder& region, Operands carries, Operands slices) {
        const Values step =
            region.AddAll(kLstmGates, {{slices[0], Product(carries[0], kernel), carries[1]}});
        if (step.size() != 3) return ScanStep{Errors(slices[0], 2), Errors(slices[0], 3)};
        return ScanStep{{step[0], step[1]}, {step[0], step[1], step[2]}};
      },
      a.reverse);
  if (!x[0].builder().ok()) return Errors(x[0], 5);
  return {all.carries[0], all.carries[1], all.ys[0], all.ys[1], all.ys[2]};
}

// A sequence of what was before each step.
Value Before(Value first, Value sequence, bool reverse) {
  const int64_t steps = sequence.dim(0);
  const Value head = ExpandDims(first, {0});
  if (steps == 1) return head;
  if (reverse) return Concatenate({{SliceAxis(sequence, 0, 1, steps), head}}, 0);
  return Concatenate({{head, SliceAxis(sequence, 0, 0, steps - 1)}}, 0);
}

// Gradients of all results: dc_t and dgates only in gradients of gradients.
struct ResultGradients {
  Value h, c;
  Value sequence = {}, states = {}, gates = {};  // none where none flows
};

// The gradients in z, h and c.
Values Backward(Value kernel, Value c, Value states, Value gates, const ResultGradients& d,
                bool reverse) {
  Values xs = {gates, Before(c, states, reverse), states};
  for (const Value& optional : {d.sequence, d.states, d.gates}) {
    if (optional) xs.push_back(optional);
  }
  const ScanStep all = Scan(
      kernel.builder(), {{d.h, d.c}}, xs, gates.dim(0),
      [&](Builder& region, Operands carries, Operands slices) {
        size_t next = 3;
        Value dh = carries[0], dc = carries[1], dgates;
        if (d.sequence) dh = dh + slices[next++];
        if (d.states) dc = dc + slices[next++];
        if (d.gates) dgates = slices[next++];
        const Values step =
            dgates ? LstmGatesBackward(slices[0], slices[1], slices[2], dh, dc, dgates)
                   : region.AddAll(kLstmGatesGradient, {{slices[0], slices[1], slices[2], dh, dc}});
        if (step.size() != 2) return ScanStep{Errors(dh, 2), Errors(dh, 1)};
        const Value before = DotGeneral(step[0], kernel, {.a_contract = {1}, .b_contract = {1}});
        return ScanStep{{before, step[1]}, {step[0]}};
      },
      !reverse);
  if (!kernel.builder().ok()) return Errors(kernel, 3);
  return {all.ys[0], all.carries[0], all.carries[1]};
}

Grads Gradient(Operands x, Operands y, Operands dy, const LstmAttrs& a) {
  const auto or_none = [](Value v) { return IsZero(v) ? Value() : v; };
  const ResultGradients d{dy[0], dy[1], or_none(dy[2]), or_none(dy[3]), or_none(dy[4])};
  Values in_states;
  if (d.states || d.gates) {
    in_states = Backward(x[3], x[2], y[3], y[4], d, a.reverse);
  } else {
    Values operands = {x[3], x[2], y[3], y[4], d.h, d.c};
    if (d.sequence) operands.push_back(d.sequence);
    in_states = x[0].builder().AddAll(kLstmGradient, operands,
                                      LstmGradientAttrs{a.reverse, static_cast<bool>(d.sequence)});
  }
  if (in_states.size() != 3) return {};
  const Value dkernel = DotGeneral(Before(x[1], y[2], a.reverse), in_states[0],
                                   {.a_contract = {0, 1}, .b_contract = {0, 1}});
  return {in_states[0], in_states[1], in_states[2], dkernel};
}

}  // namespace

const OpDef kLstm = Op<LstmAttrs>{
    .name = "lstm",
    .doc =
        "all steps of an LSTM. Operands: z (its inputs' part of the gates), h, c, U. Results: the "
        "last h and c; h, c and gates of all steps",
    .infer_all = Infer,
    .decompose_all = Decompose,
    .gradient_all = Gradient,
};

const OpDef kLstmGradient = Op<LstmGradientAttrs>{
    .name = "lstm_gradient",
    .doc =
        "gradients of lstm. Operands: U, c, c of all steps, gates, dh, dc, dh of all steps. "
        "Results: dz, dh, dc before the first step",
    .infer_all = InferGradient,
    .decompose_all =
        [](Operands x, const LstmGradientAttrs& a) {
          const Value sequence = a.has_sequence_gradient ? x[6] : Value();
          return Backward(x[0], x[1], x[2], x[3], {x[4], x[5], sequence}, a.reverse);
        },
};

LstmResult Lstm(Value z, Value h, Value c, Value kernel, bool reverse) {
  const Values results = z.builder().AddAll(kLstm, {{z, h, c, kernel}}, LstmAttrs{reverse});
  if (results.size() != 5) return {Error(z), Error(z), Error(z)};
  return {results[0], results[1], results[2]};
}

}  // namespace tricorn::ops
