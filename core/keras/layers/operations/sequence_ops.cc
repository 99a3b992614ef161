#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/attention/attention.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

// flash_attention asks for a way to compute, not for other numbers: ours is always of that kind.
Values DotProductAttention(OpArguments& a) {
  if (a.Has("attn_logits_soft_cap")) {
    return {a.Error(Unimplemented("attn_logits_soft_cap: expected None, received {}",
                                  a.Literal("attn_logits_soft_cap").Dump()))};
  }
  ops::AttentionOptions options;
  if (a.Has("bias")) options.bias = a.Tensor("bias");
  if (a.Has("mask")) options.mask = a.Tensor("mask");
  if (a.Has("scale")) options.scale = a.Number("scale");
  options.is_causal = a.Flag("is_causal", false);
  return {ops::DotProductAttention(a.Tensor("query"), a.Tensor("key"), a.Tensor("value"), options)};
}

Values CtcLoss(OpArguments& a) {
  return {ops::CtcLoss(a.Tensor("target"), a.Tensor("output"), a.Tensor("target_length"),
                       a.Tensor("output_length"), a.Int("mask_index", 0))};
}

Values CtcDecode(OpArguments& a) {
  const Value inputs = a.Tensor("inputs");
  const Value lengths = a.Tensor("sequence_lengths");
  const int64_t blank = a.Int("mask_index", 0);
  const std::string strategy = a.Text("strategy", "greedy");
  ops::CtcPaths best;
  if (strategy == "greedy") {
    best = ops::CtcGreedyDecode(inputs, lengths, a.Flag("merge_repeated", true), blank);
  } else if (strategy == "beam_search") {
    best = ops::CtcBeamSearch(inputs, lengths,
                              {.beam_width = a.Int("beam_width", 100),
                               .top_paths = a.Int("top_paths", 1),
                               .blank = blank});
  } else {
    return {a.Error(
        InvalidArgument("strategy: expected 'greedy' or 'beam_search', received '{}'", strategy))};
  }
  return {best.paths, best.scores};
}

}  // namespace

std::vector<OpEntry> SequenceOps() {
  return {
      {"ctc_decode", "CTCDecode", "nn",
       "inputs sequence_lengths strategy beam_width top_paths merge_repeated mask_index",
       CtcDecode},
      {"ctc_loss", "CTCLoss", "nn", "target output target_length output_length mask_index",
       CtcLoss},
      {"dot_product_attention", "DotProductAttention", "nn",
       "query key value bias mask scale is_causal flash_attention attn_logits_soft_cap",
       DotProductAttention},
  };
}

}  // namespace tricorn::keras
