#include "core/backend/cuda/dnn/dnn_attention.h"

#include <limits>

namespace tricorn::backend::cuda {
namespace {

using Id = DnnAttention::Id;

// The engines are found by the form of the graph: what follows keeps to the form, and to the order
// of operations, in which NVIDIA's cudnn-frontend writes it.
class Writer {
 public:
  explicit Writer(const DnnAttention& a) : a_(a), type_(DnnDataType(a.dtype)) {}

  DnnGraph Forward() {
    const DnnTensor q = Rows(Id::kQ, a_.queries, a_.heads, a_.size);
    const DnnTensor k = Columns(Id::kK, a_.keys, a_.groups, a_.size);
    const DnnTensor v = Rows(Id::kV, a_.keys, a_.groups, a_.value_size);
    const DnnTensor logits = Causal(Logits(q, k));

    const DnnTensor top = graph_.Between(CUDNN_DATA_FLOAT, RowDims());
    graph_.Reduce(CUDNN_REDUCE_TENSOR_MAX, logits, top);
    const DnnTensor shifted = graph_.Pointwise(CUDNN_POINTWISE_SUB, {logits, top});
    const DnnTensor exponentials = graph_.Pointwise(CUDNN_POINTWISE_EXP, {shifted});
    const DnnTensor sum = graph_.Between(CUDNN_DATA_FLOAT, RowDims());
    graph_.Reduce(CUDNN_REDUCE_TENSOR_ADD, exponentials, sum);
    const DnnTensor log = graph_.Pointwise(CUDNN_POINTWISE_LOG, {sum});
    graph_.Pointwise(CUDNN_POINTWISE_ADD, {top, log}, PerRow(Id::kLogSum));
    const DnnTensor p = graph_.Between(type_, LogitDims());
    graph_.Pointwise(CUDNN_POINTWISE_DIV, {exponentials, sum}, p);
    graph_.Matmul(p, v, Rows(Id::kY, a_.queries, a_.heads, a_.value_size));
    return std::move(graph_);
  }

  DnnGraph Backward() {
    const DnnTensor q = Rows(Id::kQ, a_.queries, a_.heads, a_.size);
    const DnnTensor k = Columns(Id::kK, a_.keys, a_.groups, a_.size);
    const DnnTensor v = Columns(Id::kV, a_.keys, a_.groups, a_.value_size);
    const DnnTensor y = Rows(Id::kY, a_.queries, a_.heads, a_.value_size);
    const DnnTensor dy = Rows(Id::kDy, a_.queries, a_.heads, a_.value_size);

    const DnnTensor products = graph_.Pointwise(CUDNN_POINTWISE_MUL, {dy, y});
    const DnnTensor sum = graph_.Between(CUDNN_DATA_FLOAT, RowDims());
    graph_.Reduce(CUDNN_REDUCE_TENSOR_ADD, products, sum);
    const DnnTensor delta = PerRow(Id::kDelta);
    graph_.Pointwise(CUDNN_POINTWISE_MUL, {sum, graph_.Number(1)}, delta);

    const DnnTensor logits = Logits(q, k);
    const DnnTensor shifted =
        Causal(graph_.Pointwise(CUDNN_POINTWISE_SUB, {logits, PerRow(Id::kLogSum)}));
    const DnnTensor p = graph_.Pointwise(CUDNN_POINTWISE_EXP, {shifted});
    OverQueries(Transposed(p), dy, a_.value_size, Id::kDv);

    const DnnTensor dp = graph_.Between(CUDNN_DATA_FLOAT, LogitDims());
    graph_.Matmul(dy, v, dp);
    const DnnTensor centered = graph_.Pointwise(CUDNN_POINTWISE_SUB, {dp, delta});
    const DnnTensor slopes = graph_.Pointwise(CUDNN_POINTWISE_MUL, {centered, p});
    if (a_.has_bias_gradient)
      graph_.Reduce(CUDNN_REDUCE_TENSOR_ADD, slopes, Bias(Id::kDbias, a_.dtype));
    const DnnTensor scaled =
        graph_.Pointwise(CUDNN_POINTWISE_MUL, {slopes, graph_.Number(a_.scale)});
    OverQueries(Transposed(scaled), q, a_.size, Id::kDk);

    const DnnTensor keys = graph_.Between(type_, {a_.batch, a_.groups, a_.keys, a_.size},
                                          RowStrides(a_.keys, a_.groups, a_.size));
    graph_.Reshape(k, keys);
    graph_.Matmul(scaled, keys, Rows(Id::kDq, a_.queries, a_.heads, a_.size));
    return std::move(graph_);
  }

 private:
  static std::vector<int64_t> RowStrides(int64_t length, int64_t heads, int64_t size) {
    return {length * heads * size, size, heads * size, 1};
  }
  // (batch, length, heads, size) in memory, as (batch, heads, length, size).
  DnnTensor Rows(Id id, int64_t length, int64_t heads, int64_t size) {
    return graph_.Memory(id, type_, {a_.batch, heads, length, size},
                         RowStrides(length, heads, size));
  }
  // The same as (batch, heads, size, length).
  DnnTensor Columns(Id id, int64_t length, int64_t heads, int64_t size) {
    return graph_.Memory(id, type_, {a_.batch, heads, size, length},
                         {length * heads * size, size, 1, heads * size});
  }
  std::vector<int64_t> LogitDims() const { return {a_.batch, a_.heads, a_.queries, a_.keys}; }
  std::vector<int64_t> RowDims() const { return {a_.batch, a_.heads, a_.queries, 1}; }
  DnnTensor PerRow(Id id) {
    return graph_.Memory(id, CUDNN_DATA_FLOAT, RowDims(), PackedStrides(RowDims()));
  }
  DnnTensor Bias(Id id, DType dtype) {
    return graph_.Memory(id, DnnDataType(dtype), a_.bias, PackedStrides(a_.bias));
  }

  DnnTensor Logits(const DnnTensor& q, const DnnTensor& k) {
    DnnTensor logits = graph_.Between(CUDNN_DATA_FLOAT, LogitDims());
    graph_.Matmul(q, k, logits);
    logits = graph_.Pointwise(CUDNN_POINTWISE_MUL, {logits, graph_.Number(a_.scale)});
    if (a_.bias.empty()) return logits;
    return graph_.Pointwise(CUDNN_POINTWISE_ADD, {logits, Bias(Id::kBias, a_.bias_dtype)});
  }

  // -inf where a key comes after the query.
  DnnTensor Causal(const DnnTensor& logits) {
    if (!a_.is_causal) return logits;
    const DnnTensor query = graph_.Index(logits, 2), key = graph_.Index(logits, 3);
    const DnnTensor seen = graph_.Between(CUDNN_DATA_BOOLEAN, LogitDims());
    graph_.Pointwise(CUDNN_POINTWISE_CMP_GE, {query, key}, seen, CUDNN_DATA_BOOLEAN);
    const DnnTensor never = graph_.Number(-std::numeric_limits<float>::infinity());
    return graph_.Pointwise(CUDNN_POINTWISE_BINARY_SELECT, {logits, never, seen});
  }

  DnnTensor Transposed(const DnnTensor& x) {
    const DnnTensor y =
        graph_.Between(type_, {a_.batch, a_.heads, a_.keys, a_.queries},
                       {a_.heads * a_.queries * a_.keys, a_.queries * a_.keys, 1, a_.keys});
    graph_.Reshape(x, y);
    return y;
  }

  // The products of (batch, heads, keys, queries) and (batch, heads, queries, size), summed over
  // the heads of a group.
  void OverQueries(const DnnTensor& a, const DnnTensor& b, int64_t size, Id id) {
    const DnnTensor result = Rows(id, a_.keys, a_.groups, size);
    if (a_.heads == a_.groups) {
      graph_.Matmul(a, b, result);
      return;
    }
    const DnnTensor of_heads = graph_.Between(type_, {a_.batch, a_.heads, a_.keys, size});
    graph_.Matmul(a, b, of_heads);
    graph_.Reduce(CUDNN_REDUCE_TENSOR_ADD, of_heads, result);
  }

  const DnnAttention& a_;
  const cudnnDataType_t type_;
  DnnGraph graph_;
};

}  // namespace

DnnGraph AttentionGraph(const DnnAttention& attention) { return Writer(attention).Forward(); }

DnnGraph AttentionGradientGraph(const DnnAttention& attention) {
  return Writer(attention).Backward();
}

}  // namespace tricorn::backend::cuda
