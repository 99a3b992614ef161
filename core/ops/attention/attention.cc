#include "core/ops/attention/attention.h"

#include <cmath>

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

DType WideDType(DType dtype) { return dtype == DType::kF64 ? DType::kF64 : DType::kF32; }

// Of q, k, v: batch, queries, heads; keys, groups.
struct Lengths {
  int64_t batch, queries, heads, keys, groups;

  template <typename T>  // types or values
  explicit Lengths(const T& x) : Lengths(ShapeOf(x[0]), ShapeOf(x[1])) {}

 private:
  Lengths(const Shape& q, const Shape& k)
      : batch(q[0]), queries(q[1]), heads(q[2]), keys(k[1]), groups(k[2]) {}
  static const Shape& ShapeOf(const Type& type) { return type.shape; }
  static const Shape& ShapeOf(const Value& value) { return value.shape(); }
};

absl::Status ExpectBroadcastable(const Type& x, DType dtype, const Lengths& n) {
  const Shape full = {n.batch, n.heads, n.queries, n.keys};
  bool fits = x.dtype == dtype && x.rank() == 4;
  for (int i = 0; fits && i < 4; ++i) fits = x.shape[i] == 1 || x.shape[i] == full[i];
  if (fits) return absl::OkStatus();
  return InvalidArgument("expected {} that broadcasts to {}, received {}", Name(dtype),
                         full.ToString(), x.ToString());
}

// q, k, v, bias, mask; at least `count` operands follow.
absl::Status ExpectOperands(std::span<const Type> x, const AttentionAttrs& a, size_t count) {
  RETURN_IF_ERROR(ExpectCount(x, 3 + (a.has_bias ? 1 : 0) + (a.has_mask ? 1 : 0) + count));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  for (int i = 0; i < 3; ++i) {
    const Type& type = x[static_cast<size_t>(i)];
    RETURN_IF_ERROR(ExpectSameDType(x[0], type));
    if (type.rank() != 4) {
      return InvalidArgument("expected (batch, length, heads, size), received {}", type.ToString());
    }
  }
  const Shape &q = x[0].shape, &k = x[1].shape, &v = x[2].shape;
  if (k[0] != q[0] || k[3] != q[3] || k[2] < 1 || q[2] % k[2] != 0) {
    return InvalidArgument("expected keys ({}, keys, a divisor of {}, {}), received {}", q[0], q[2],
                           q[3], x[1].ToString());
  }
  if (v[0] != k[0] || v[1] != k[1] || v[2] != k[2]) {
    return InvalidArgument("expected values ({}, {}, {}, size), received {}", k[0], k[1], k[2],
                           x[2].ToString());
  }
  const Lengths n(x);
  size_t next = 3;
  if (a.has_bias) RETURN_IF_ERROR(ExpectBroadcastable(x[next++], x[0].dtype, n));
  if (a.has_mask) RETURN_IF_ERROR(ExpectBroadcastable(x[next++], DType::kBool, n));
  return absl::OkStatus();
}

Type ResultType(std::span<const Type> x) {
  const Shape& q = x[0].shape;
  return {x[0].dtype, {q[0], q[1], q[2], x[2].shape[3]}};
}

Type LogSumType(std::span<const Type> x) {
  const Lengths n(x);
  return {WideDType(x[0].dtype), {n.batch, n.heads, n.queries}};
}

// (batch, length, heads, size) as (batch, length, groups, heads of a group, size).
Value InGroups(Value x, const Lengths& n) {
  return Reshape(x, {n.batch, x.dim(1), n.groups, n.heads / n.groups, x.dim(3)});
}
// (batch, heads, queries, keys) as (batch, groups, heads of a group, queries, keys), and back.
Value InGroupsOfLogits(Value x, const Lengths& n) {
  return Reshape(x, {n.batch, n.groups, n.heads / n.groups, n.queries, n.keys});
}
Value OfHeads(Value x, const Lengths& n) {
  return Reshape(x, {n.batch, n.heads, n.queries, n.keys});
}

// sum_h a_bth b_bsh of each head: (batch, heads, queries, keys).
Value Products(Value a, Value b, const Lengths& n) {
  const Value y =
      DotGeneral(InGroups(a, n), b,
                 {.a_batch = {0, 2}, .b_batch = {0, 2}, .a_contract = {4}, .b_contract = {3}});
  return OfHeads(Transpose(y, {0, 1, 3, 2, 4}), n);  // (batch, groups, queries, of a group, keys)
}
// sum_s p_bnts b_bsh: (batch, queries, heads, size).
Value OverKeys(Value p, Value b, const Lengths& n) {
  const Value y =
      DotGeneral(InGroupsOfLogits(p, n), b,
                 {.a_batch = {0, 1}, .b_batch = {0, 2}, .a_contract = {4}, .b_contract = {1}});
  return Reshape(Transpose(y, {0, 3, 1, 2, 4}), {n.batch, n.queries, n.heads, b.dim(3)});
}
// sum over the queries and the heads of a group of p_bnts a_btnh: (batch, keys, groups, size).
Value OverQueries(Value p, Value a, const Lengths& n) {
  const Value y = DotGeneral(
      InGroupsOfLogits(p, n), InGroups(a, n),
      {.a_batch = {0, 1}, .b_batch = {0, 2}, .a_contract = {2, 3}, .b_contract = {3, 1}});
  return Transpose(y, {0, 2, 1, 3});
}

// Which key each query sees; none when all.
Value Seen(Operands x, const AttentionAttrs& a, const Lengths& n) {
  const Shape shape = {n.batch, n.heads, n.queries, n.keys};
  Value seen;
  if (a.has_mask) seen = BroadcastTo(x[a.has_bias ? 4 : 3], shape);
  if (a.is_causal) {
    Builder& b = x[0].builder();
    const Type type{DType::kI32, {n.queries, n.keys}};
    const Value causal = BroadcastTo(GreaterEqual(Iota(b, type, 0), Iota(b, type, 1)), shape);
    seen = seen ? LogicalAnd(seen, causal) : causal;
  }
  return seen;
}

Value Logits(Operands x, Value seen, const AttentionAttrs& a, const Lengths& n) {
  const DType wide = WideDType(x[0].dtype());
  Value logits = Products(Cast(x[0], wide), Cast(x[1], wide), n) * a.scale;
  if (a.has_bias) logits = logits + Cast(x[3], wide);
  return seen ? Where(seen, logits, kUnseen) : logits;
}

Values Apply(Operands x, const AttentionAttrs& a) {
  const Lengths n(x);
  const Value logits = Logits(x, Seen(x, a, n), a, n);
  const Value y = OverKeys(Softmax(logits, -1), Cast(x[2], logits.dtype()), n);
  return {Cast(y, x[0].dtype()), LogSumExp(logits, {-1})};
}

Grads ApplyGradient(Operands x, Operands y, Operands dy, const AttentionAttrs& a) {
  Values operands(x.begin(), x.end());
  operands.insert(operands.end(), {y[1], y[0], dy[0]});
  const bool has_log_sum_gradient = !IsZero(dy[1]);
  if (has_log_sum_gradient) operands.push_back(dy[1]);
  Grads grads = x[0].builder().AddAll(kDotProductAttentionGradient, operands,
                                      AttentionGradientAttrs{a, has_log_sum_gradient});
  if (a.has_mask) grads.emplace_back();
  return grads;
}

// x summed to a shape that broadcasts to its own.
Value SumTo(Value x, const Shape& shape) {
  Axes axes;
  for (int i = 0; i < x.rank(); ++i) {
    if (shape[i] == 1 && x.dim(i) != 1) axes.push_back(i);
  }
  return axes.empty() ? x : Sum(x, axes, true);
}

// Where log_sum is among the operands; y, dy and its gradient follow.
size_t FirstOfGradient(const AttentionAttrs& a) {
  return 3 + (a.has_bias ? 1 : 0) + (a.has_mask ? 1 : 0);
}

Values Gradient(Operands x, const AttentionGradientAttrs& attrs) {
  const AttentionAttrs& a = attrs.attention;
  const Lengths n(x);
  const size_t first = FirstOfGradient(a);
  const Value log_sum = ExpandDims(x[first], {-1});
  const DType wide = log_sum.dtype(), dtype = x[0].dtype();
  const Value dy = Cast(x[first + 2], wide);
  Value delta = Transpose(Sum(dy * Cast(x[first + 1], wide), {-1}), {0, 2, 1});
  if (attrs.has_log_sum_gradient) delta = delta - x[first + 3];
  delta = ExpandDims(delta, {-1});
  const Value seen = Seen(x, a, n);
  const Value logits = Logits(x, seen, a, n);
  Value p = Exp(logits - log_sum);
  // Beside kUnseen the logarithm of the sum is lost.
  if (seen) p = Where(Less(log_sum, kUnseen / 2), 1.0 / static_cast<double>(n.keys), p);
  const Value dlogits = p * (Products(dy, Cast(x[2], wide), n) - delta);
  const Value scaled = dlogits * a.scale;
  Values grads = {Cast(OverKeys(scaled, Cast(x[1], wide), n), dtype),
                  Cast(OverQueries(scaled, Cast(x[0], wide), n), dtype),
                  Cast(OverQueries(p, dy, n), dtype)};
  if (a.has_bias) grads.push_back(Cast(SumTo(dlogits, x[3].shape()), dtype));
  return grads;
}

// With axes of length 1 put before, to rank 4.
Value ToRank4(Value x) {
  Axes axes;
  for (int64_t i = 0; i < 4 - x.rank(); ++i) axes.push_back(i);
  return axes.empty() ? x : ExpandDims(x, axes);
}

}  // namespace

const OpDef kDotProductAttention = Op<AttentionAttrs>{
    .name = "dot_product_attention",
    .doc =
        "y_t = sum_s softmax_s(scale q_t.k_s + bias_ts) v_s of each head, over the keys that the "
        "query sees. Operands: q, k, v, bias, mask. Results: y, the logarithm of the softmax's sum",
    .infer_all = [](std::span<const Type> x, const AttentionAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectOperands(x, a, 0));
      return Types{ResultType(x), LogSumType(x)};
    },
    .decompose_all = Apply,
    .gradient_all = ApplyGradient,
};

const OpDef kDotProductAttentionGradient = Op<AttentionGradientAttrs>{
    .name = "dot_product_attention_gradient",
    .doc =
        "the gradients of dot_product_attention. Operands: its operands, log_sum, y, dy, the "
        "gradient of log_sum. Results: dq, dk, dv, dbias",
    .infer_all = [](std::span<const Type> x,
                    const AttentionGradientAttrs& attrs) -> absl::StatusOr<Types> {
      const AttentionAttrs& a = attrs.attention;
      RETURN_IF_ERROR(ExpectOperands(x, a, attrs.has_log_sum_gradient ? 4 : 3));
      const size_t first = FirstOfGradient(a);
      RETURN_IF_ERROR(ExpectSameType(LogSumType(x), x[first]));
      RETURN_IF_ERROR(ExpectSameType(ResultType(x), x[first + 1]));
      RETURN_IF_ERROR(ExpectSameType(ResultType(x), x[first + 2]));
      if (attrs.has_log_sum_gradient) {
        RETURN_IF_ERROR(ExpectSameType(LogSumType(x), x[first + 3]));
      }
      return Types(x.begin(), x.begin() + (a.has_bias ? 4 : 3));
    },
    .decompose_all = Gradient,
};

Value DotProductAttention(Value q, Value k, Value v, const AttentionOptions& options) {
  for (const Value& x : {q, k, v}) {
    if (x.rank() == 4) continue;
    return Error(q, InvalidArgument("dot_product_attention: expected (batch, length, heads, size), "
                                    "received {}",
                                    x.type().ToString()));
  }
  DType dtype = PromotedDType({{q, k, v}});
  if (!IsFloating(dtype)) dtype = DType::kF32;
  AttentionAttrs attrs{.scale = 1 / std::sqrt(static_cast<double>(k.dim(3))),
                       .is_causal = options.is_causal,
                       .has_bias = static_cast<bool>(options.bias),
                       .has_mask = static_cast<bool>(options.mask)};
  if (options.scale) attrs.scale = *options.scale;
  Values operands = {Cast(q, dtype), Cast(k, dtype), Cast(v, dtype)};
  if (options.bias) operands.push_back(Cast(ToRank4(options.bias), dtype));
  if (options.mask) operands.push_back(Cast(ToRank4(options.mask), DType::kBool));
  const Values results = q.builder().AddAll(kDotProductAttention, operands, attrs);
  return results.size() == 2 ? results[0] : Error(q);
}

void RegisterAttention(OpRegistry& ops) {
  ops.Add(kDotProductAttention);
  ops.Add(kDotProductAttentionGradient);
}

}  // namespace tricorn::ops
