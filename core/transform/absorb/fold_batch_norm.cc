#include "core/transform/absorb/fold_batch_norm.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/conv/conv_out_first.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/constant_part.h"
#include "core/transform/rewrite/dce.h"

namespace tricorn::transform {
namespace {

using ir::Graph;
using ir::Node;
using ir::Operands;
using ir::Value;
using ir::ValueId;

// A convolution and what of the next nodes goes into its kernel and a bias.
struct Chain {
  const Node* conv = nullptr;
  ValueId bias = -1;           // per channel, added first
  const Node* norm = nullptr;  // batch_norm_inference
};

class Folder {
 public:
  Folder(const Graph& graph, std::span<const int32_t> constant_inputs,
         const KeepComposite& has_kernel)
      : graph_(graph),
        has_kernel_(has_kernel),
        is_constant_(ConstantValues(graph, constant_inputs)),
        readers_(graph.values().size()),
        rewriter_(graph) {
    for (const Node& node : graph.nodes()) {
      for (const ValueId id : node.operands) readers_[static_cast<size_t>(id)].push_back(&node);
    }
    for (const ir::NamedValue& output : graph.outputs()) {
      readers_[static_cast<size_t>(output.value)].push_back(nullptr);
    }
    for (const Node& node : graph.nodes()) {
      if (node.op == &ops::kConv && is_constant(node.operands[1])) Find(node);
    }
  }

  absl::StatusOr<Graph> Run() {
    return rewriter_.Run([&](const Node& node, Operands x) -> ir::Values {
      const auto chain = node.results.size() == 1 ? chains_.find(node.results[0]) : chains_.end();
      if (chain == chains_.end()) return rewriter_.Copy(node, x);
      return {Make(chain->second, graph_.type(node.results[0]).dtype)};
    });
  }

 private:
  bool is_constant(ValueId id) const { return is_constant_[static_cast<size_t>(id)]; }
  const ir::Type& type(ValueId id) const { return graph_.type(id); }

  // The only node that reads `id`, if there is one.
  const Node* ReaderOf(ValueId id) const {
    const std::vector<const Node*>& readers = readers_[static_cast<size_t>(id)];
    return readers.size() == 1 ? readers[0] : nullptr;
  }

  void Find(const Node& conv) {
    Chain chain{.conv = &conv};
    ValueId result = conv.results[0];
    const Node* next = ReaderOf(result);
    if (next != nullptr && next->op == &ops::kAdd) {
      chain.bias = ChannelsIn(next->operands[next->operands[0] == result ? 1 : 0]);
      if (chain.bias >= 0) {
        result = next->results[0];
        next = ReaderOf(result);
      }
    }
    if (next != nullptr && Folds(*next, result)) {
      chain.norm = next;
      result = next->results[0];
    } else {  // a bias stays what it is
      chain.bias = -1;
      result = conv.results[0];
    }
    chains_[result] = chain;
  }

  // What `id` repeats along all axes but the last, if that is constant; otherwise -1.
  ValueId ChannelsIn(ValueId id) const {
    const Node* p = graph_.producer(id);
    if (p == nullptr || p->op != &ops::kBroadcast || !is_constant(p->operands[0])) return -1;
    const int last = type(id).rank() - 1;
    const bool is_per_channel = p->attrs.As<ops::BroadcastAttrs>().axes == ops::Axes{last} &&
                                type(p->operands[0]).shape[0] == type(id).shape[last];
    return is_per_channel ? p->operands[0] : -1;
  }

  bool Folds(const Node& norm, ValueId x) const {
    return norm.op == &ops::kBatchNormInference && norm.operands[0] == x &&
           norm.attrs.As<ops::BatchNormAttrs>().axis == type(x).rank() - 1 &&
           std::all_of(norm.operands.begin() + 1, norm.operands.end(),
                       [&](ValueId id) { return is_constant(id); });
  }

  Value Make(const Chain& chain, DType dtype) {
    const Value x = rewriter_.mapped(chain.conv->operands[0]);
    const auto& attrs = chain.conv->attrs.As<ops::ConvAttrs>();
    if (chain.norm == nullptr) {
      return Convolve(x, rewriter_.mapped(chain.conv->operands[1]), attrs);
    }
    const auto channels = [&](size_t i) { return rewriter_.mapped(chain.norm->operands[i]); };
    const Value gamma = channels(1), beta = channels(2), mean = channels(3);
    const double epsilon = chain.norm->attrs.As<ops::BatchNormAttrs>().epsilon;
    const Value scale = gamma * ops::Rsqrt(channels(4) + epsilon);
    const Value kernel = Unrounded(chain.conv->operands[1], scale.dtype());
    const Value scaled = kernel * ops::Broadcast(scale, kernel.shape(), {kernel.rank() - 1});
    const Value shift = chain.bias < 0 ? -mean : Unrounded(chain.bias, scale.dtype()) - mean;
    const Value bias = beta + shift * scale;
    const Value y = Convolve(x, ops::Cast(scaled, dtype), attrs);
    return ops::Cast(ops::Cast(y, bias.dtype()) + ops::Broadcast(bias, y.shape(), {y.rank() - 1}),
                     dtype);
  }

  Value Convolve(Value x, Value kernel, const ops::ConvAttrs& attrs) {
    const Value y =
        rewriter_.builder().Add(ops::kConvOutFirst, {{x, ops::OutFirst(kernel)}}, attrs);
    return IsKept(has_kernel_, y) ? y : ops::Conv(x, kernel, attrs);
  }

  // The value before it was rounded, if a cast did that.
  Value Unrounded(ValueId id, DType dtype) {
    const Node* p = graph_.producer(id);
    const bool is_rounded =
        p != nullptr && p->op == &ops::kCast && type(p->operands[0]).dtype == dtype;
    return ops::Cast(rewriter_.mapped(is_rounded ? p->operands[0] : id), dtype);
  }

  const Graph& graph_;
  const KeepComposite& has_kernel_;
  const std::vector<bool> is_constant_;
  std::vector<std::vector<const Node*>> readers_;  // by value; nullptr for an output
  absl::flat_hash_map<ValueId, Chain> chains_;     // by the last node's result
  ir::Rewriter rewriter_;
};

}  // namespace

absl::StatusOr<Graph> FoldBatchNorm(const Graph& graph, std::span<const int32_t> constant_inputs,
                                    const KeepComposite& has_kernel) {
  ASSIGN_OR_RETURN(const Graph folded, Folder(graph, constant_inputs, has_kernel).Run());
  return Dce(folded);
}

}  // namespace tricorn::transform
