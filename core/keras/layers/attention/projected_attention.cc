#include "core/keras/layers/attention/projected_attention.h"

#include <algorithm>
#include <cmath>

#include "core/ops/attention/attention.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// Terms for query (batch axes..., attended axes..., heads, size), key as query, and scores (batch
// axes..., heads, queries..., keys...).
struct ScoreTerms {
  std::string query, key, scores;

  ScoreTerms(int rank, const std::vector<int64_t>& axes) {
    std::string batch, queries, keys;
    char next = static_cast<char>('a' + rank);
    for (int i = 0; i < rank; ++i) {
      const bool attended = std::count(axes.begin(), axes.end(), i) > 0;
      query += static_cast<char>('a' + i);
      key += attended ? next++ : query.back();
      if (i < rank - 1 && !attended) batch += query.back();
    }
    for (const int64_t axis : axes) {
      queries += query[static_cast<size_t>(axis)];
      keys += key[static_cast<size_t>(axis)];
    }
    scores = batch + queries + keys;
  }
};

CallArguments<ir::Value> One(ir::Value x) { return CallArguments<ir::Value>::Of({x}); }

}  // namespace

std::vector<Layer::Child> ProjectedAttention::children() const {
  if (output_ == nullptr) return {};
  const std::string prefix = attribute_prefix();
  std::vector<Child> all = {{prefix + "query_dense", false, query_},
                            {prefix + "key_dense", false, key_}};
  if (gate_ != nullptr) all.push_back({"_gate_dense", false, gate_});
  all.push_back({prefix + "value_dense", false, value_});
  all.push_back({"_softmax", false, softmax_});
  all.push_back({"_dropout_layer", false, dropout_});
  all.push_back({prefix + "output_dense", false, output_});
  return all;
}

absl::Status ProjectedAttention::BuildHeads(const AttentionTypes& types, Heads heads,
                                            std::vector<int64_t> output_shape,
                                            const ProjectionOptions& options) {
  heads_ = std::move(heads);
  const int64_t query[] = {heads_.queries, heads_.key_dim};
  const int64_t key[] = {heads_.keys, heads_.key_dim};
  const int64_t value[] = {heads_.keys, heads_.value_dim};
  const int64_t attended[] = {heads_.queries, heads_.value_dim};
  ASSIGN_OR_RETURN(query_, MakeProjection("query", types.query, 1, query, options));
  ASSIGN_OR_RETURN(key_, MakeProjection("key", types.key, 1, key, options));
  if (heads_.use_gate) {
    ASSIGN_OR_RETURN(gate_, MakeProjection("gate", types.query, 1, attended, options, "sigmoid"));
  }
  ASSIGN_OR_RETURN(value_, MakeProjection("value", types.value, 1, value, options));

  const LayerOptions inner{.trainable = trainable(), .dtype = dtype_policy()};
  std::vector<int64_t> last_axes;
  for (size_t i = heads_.axes.size(); i > 0; --i) last_axes.push_back(-static_cast<int64_t>(i));
  softmax_ = std::make_shared<Softmax>(SoftmaxConfig{.axis = AxisOrAxes(last_axes)}, inner);
  dropout_ =
      std::make_shared<Dropout>(DropoutConfig{.rate = heads_.dropout, .seed = heads_.seed}, inner);
  RETURN_IF_ERROR(softmax_->Build({}));
  RETURN_IF_ERROR(WithSubject(dropout_->Build({}), "dropout"));

  SymbolicType y = types.query;
  y.shape.back() = heads_.queries;
  y.shape.push_back(heads_.value_dim);
  ASSIGN_OR_RETURN(output_, MakeProjection("attention_output", y, 2, output_shape, options));
  return absl::OkStatus();
}

ir::Value ProjectedAttention::Attend(const AttentionCall& call, ir::Value query, ir::Value key,
                                     ir::Value value) const {
  ops::AttentionOptions options;
  options.is_causal = call.is_causal_only(heads_.sliding_window);
  if (!options.is_causal) {
    const ir::Value mask = CombinedMask(call, heads_.sliding_window);
    if (mask) options.mask = ExpandMask(mask, 4, 1);
  }
  return ops::DotProductAttention(query, key, value, options);
}

ir::Values ProjectedAttention::AttendWithScores(CallContext& context, const AttentionCall& call,
                                                ir::Value query, ir::Value key,
                                                ir::Value value) const {
  if (heads_.keys < heads_.queries) {
    key = ops::Repeat(key, heads_.queries / heads_.keys, -2);
    value = ops::Repeat(value, heads_.queries / heads_.keys, -2);
  }
  const ScoreTerms terms(query.rank(), heads_.axes);
  const double scale = 1 / std::sqrt(static_cast<double>(heads_.key_dim));
  ir::Value scores =
      ops::Einsum(terms.query + "," + terms.key + "->" + terms.scores, {{query * scale, key}});
  CallArguments<ir::Value> softmax = One(scores);
  if (const ir::Value mask = CombinedMask(call, heads_.sliding_window)) {
    const int num_axes = static_cast<int>(heads_.axes.size());
    softmax.kwargs.emplace_back("mask", ExpandMask(mask, scores.rank(), num_axes));
  }
  scores = softmax_->CallWith(context, softmax)[0];
  const ir::Value kept = dropout_->CallWith(context, One(scores))[0];
  return {ops::Einsum(terms.scores + "," + terms.key + "->" + terms.query, {{kept, value}}),
          scores};
}

ir::Values ProjectedAttention::CallLayer(CallContext& context,
                                         const CallArguments<ir::Value>& arguments) {
  absl::StatusOr<AttentionCall> call = ReadAttentionCall(context, arguments);
  if (!call.ok()) {
    context.builder().SetError(WithSubject(call.status(), class_name()));
    return {ir::Value(&context.builder(), -1)};
  }
  if (!takes_query_mask()) call->query_mask = context.MaskOf(call->query);
  const auto project = [&](EinsumDense& projection, ir::Value x) {
    return projection.CallWith(context, One(x))[0];
  };
  const ir::Value gate = gate_ == nullptr ? ir::Value() : project(*gate_, call->query);
  const ir::Value query = project(*query_, call->query);
  const ir::Value key = project(*key_, call->key);
  const ir::Value value = project(*value_, call->value);
  if (!context.builder().ok()) return {query};
  // The op takes one axis of queries, and no dropout.
  const bool whole_scores =
      heads_.dropout > 0 || call->return_attention_scores || query.rank() != 4;
  ir::Values outputs = whole_scores ? AttendWithScores(context, *call, query, key, value)
                                    : ir::Values{Attend(*call, query, key, value)};
  outputs[0] = project(*output_, gate ? outputs[0] * gate : outputs[0]);
  if (!call->return_attention_scores) outputs.resize(1);
  return outputs;
}

}  // namespace tricorn::keras::layers
