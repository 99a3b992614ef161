#include "core/keras/layers/attention/attention.h"
#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/regularization/noise.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

bool Flag(const CallArguments<ir::Value>& arguments, std::string_view name) {
  const Nest<ir::Value>* value = arguments.Keyword(name);
  return value != nullptr && value->is_literal() && value->literal().is_bool() &&
         value->literal().AsBool();
}

// The masks of query and value: the call's, else those on the inputs.
struct Masks {
  ir::Value query;
  ir::Value value;
};
absl::StatusOr<Masks> MasksOf(CallContext& context, const CallArguments<ir::Value>& arguments,
                              ir::Operands inputs) {
  const Nest<ir::Value>* given = arguments.Keyword("mask");
  if (given == nullptr || (given->is_literal() && given->literal().is_null())) {
    return Masks{context.MaskOf(inputs[0]), context.MaskOf(inputs[1])};
  }
  if (!given->is_list() || given->list().size() < 2 || given->list().size() > 3) {
    return InvalidArgument("mask: expected a list of those of query and value");
  }
  const auto mask = [&](size_t i) {
    const Nest<ir::Value>& item = given->list()[i];
    return item.is_leaf() ? item.leaf() : ir::Value();
  };
  return Masks{mask(0), mask(1)};
}

// Which keys (batch or 1, queries or 1, keys) the queries see; none when all.
ir::Value Seen(ir::Value scores, ir::Value value_mask, bool is_causal) {
  ir::Value seen;
  if (value_mask) seen = ops::ExpandDims(ops::Cast(value_mask, DType::kBool), {-2});
  if (is_causal) {
    const ir::Type type{DType::kI32, {1, scores.dim(-2), scores.dim(-1)}};
    ir::Builder& builder = scores.builder();
    const ir::Value causal =
        ops::GreaterEqual(ops::Iota(builder, type, 1), ops::Iota(builder, type, 2));
    seen = seen ? ops::LogicalAnd(seen, causal) : causal;
  }
  return seen;
}

}  // namespace

absl::Status ScoredAttention::BuildScored(std::span<const SymbolicType> inputs) {
  if (inputs.size() < 2 || inputs.size() > 3) {
    return InvalidArgument("expected [query, value] or [query, value, key], received {} inputs",
                           inputs.size());
  }
  for (const SymbolicType& input : inputs) {
    RETURN_IF_ERROR(ExpectMinRank({&input, 1}, 3));
    RETURN_IF_ERROR(ExpectRank({&input, 1}, inputs[0].rank()));
  }
  RETURN_IF_ERROR(WithSubject(CheckRate(dropout()), "dropout"));
  if (dropout() > 0) seed_ = AddSeed(seed());
  return absl::OkStatus();
}

ir::Values ScoredAttention::CallLayer(CallContext& context,
                                      const CallArguments<ir::Value>& arguments) {
  ir::Builder& builder = context.builder();
  const auto error = [&](const absl::Status& status) {
    builder.SetError(status);
    return ir::Values{ir::Value(&builder, -1)};
  };
  for (const auto& [name, value] : arguments.kwargs) {
    if (name == "mask" || name == "return_attention_scores" || name == "use_causal_mask") continue;
    return error(InvalidArgument("{}: expected no argument '{}'", class_name(), name));
  }
  const ir::Values inputs = arguments.Inputs();
  if (arguments.args.size() != 1 || inputs.size() < 2 || inputs.size() > 3) {
    return error(InvalidArgument("{}: expected one list, [query, value] or [query, value, key]",
                                 class_name()));
  }
  const absl::StatusOr<Masks> masks = MasksOf(context, arguments, inputs);
  if (!masks.ok()) return error(masks.status());
  ir::Value scores = Scores(context, inputs[0], inputs.size() == 3 ? inputs[2] : inputs[1]);
  if (!builder.ok()) return {scores};
  const ir::Value seen = Seen(scores, masks->value, Flag(arguments, "use_causal_mask"));
  if (seen) {
    const double far = scores.dtype() == DType::kF16 ? 65504.0 : 1e9;
    scores = ops::Where(seen, scores, scores - far);
  }
  ir::Value weights = ops::Softmax(scores, -1);
  if (context.training() && seed_ != nullptr) {
    weights = ops::Dropout(weights, context.NextSeed(*seed_), dropout());
  }
  ir::Value y = ops::Matmul(weights, inputs[1]);
  if (masks->query) {
    y = ops::Where(ops::ExpandDims(ops::Cast(masks->query, DType::kBool), {-1}), y, 0);
    context.SetMask(y, masks->query);
  }
  if (Flag(arguments, "return_attention_scores")) return {y, weights};
  return {y};
}

}  // namespace tricorn::keras::layers
