#include "core/ops/recurrent/lstm_gates.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// (batch, units) and (batch, 4 units).
absl::Status ExpectGates(const Type& state, const Type& gates) {
  RETURN_IF_ERROR(ExpectFloating(state));
  if (state.rank() != 2) {
    return InvalidArgument("expected a state (batch, units), received {}", state.ToString());
  }
  return ExpectSameType({state.dtype, {state.shape[0], 4 * state.shape[1]}}, gates);
}

absl::StatusOr<Types> Infer(std::span<const Type> x, const NoAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 3));
  RETURN_IF_ERROR(ExpectGates(x[2], x[0]));
  RETURN_IF_ERROR(ExpectGates(x[2], x[1]));
  return Types{x[2], x[2], x[0]};
}

Values Decompose(Operands x, const NoAttrs&) {
  const Values z = Split(x[0] + x[1], 4, -1);
  const Value i = Sigmoid(z[0]), f = Sigmoid(z[1]), g = Tanh(z[2]), o = Sigmoid(z[3]);
  const Value c = f * x[2] + i * g;
  return {o * Tanh(c), c, Concatenate({{i, f, g, o}}, -1)};
}

}  // namespace

Values LstmGatesBackward(Value gates, Value c, Value next, Value dh, Value dnext, Value dgates) {
  const Values y = Split(gates, 4, -1);
  const Value i = y[0], f = y[1], g = y[2], o = y[3];
  const Value t = Tanh(next);
  const Value dc = dnext + dh * o * (1 - t * t);
  Values dy = {dc * g, dc * c, dc * i, dh * t};
  if (dgates) {
    const Values more = Split(dgates, 4, -1);
    for (size_t k = 0; k < dy.size(); ++k) dy[k] = dy[k] + more[k];
  }
  const auto through_sigmoid = [](Value d, Value s) { return d * s * (1 - s); };
  const Value dz = Concatenate({{through_sigmoid(dy[0], i), through_sigmoid(dy[1], f),
                                 dy[2] * (1 - g * g), through_sigmoid(dy[3], o)}},
                               -1);
  return {dz, dc * f};
}

const OpDef kLstmGates = Op<>{
    .name = "lstm_gates",
    .doc =
        "z = x + s in parts i, f, g, o: gates = their sigmoids, of g tanh; c' = f c + i g; h = o "
        "tanh(c'). Operands: x, s, c. Results: h, c', gates",
    .infer_all = Infer,
    .decompose_all = Decompose,
    .gradient_all =
        [](Operands x, Operands y, Operands dy, const NoAttrs&) {
          const Values d =
              IsZero(dy[2])
                  ? dy[0].builder().AddAll(kLstmGatesGradient, {{y[2], x[2], y[1], dy[0], dy[1]}})
                  : LstmGatesBackward(y[2], x[2], y[1], dy[0], dy[1], dy[2]);
          if (d.size() != 2) return Grads(3);
          return Grads{d[0], d[0], d[1]};
        },
};

const OpDef kLstmGatesGradient = Op<>{
    .name = "lstm_gates_gradient",
    .doc = "gradients of lstm_gates. Operands: gates, c, c', dh, dc'. Results: dz, dc",
    .infer_all = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 5));
      RETURN_IF_ERROR(ExpectGates(x[1], x[0]));
      for (size_t i = 2; i < 5; ++i) RETURN_IF_ERROR(ExpectSameType(x[1], x[i]));
      return Types{x[0], x[1]};
    },
    .decompose_all =
        [](Operands x, const NoAttrs&) {
          return LstmGatesBackward(x[0], x[1], x[2], x[3], x[4], {});
        },
};

LstmGatesResult LstmGates(Value x, Value s, Value c) {
  const Values results = c.builder().AddAll(kLstmGates, {{x, s, c}});
  if (results.size() != 3) return {Error(c), Error(c)};
  return {results[0], results[1]};
}

}  // namespace tricorn::ops
