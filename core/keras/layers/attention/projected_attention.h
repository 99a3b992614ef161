#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/keras/layers/activations/softmax.h"
#include "core/keras/layers/attention/attention_call.h"
#include "core/keras/layers/attention/projection.h"
#include "core/keras/layers/regularization/dropout.h"

namespace tricorn::keras::layers {

// What MultiHeadAttention and GroupQueryAttention share: attention of several heads, each on
// projections of its own, put together by a last projection.
//   y = output(softmax(query(q) key(k)^T / sqrt(key_dim)) value(v) [* sigmoid(gate(q))])
// Scores that nobody asks for are never whole in memory: attention is one op then.
class ProjectedAttention : public Layer {
 public:
  using Layer::Layer;

  std::vector<Child> children() const override;

 protected:
  struct Heads {
    int64_t queries = 1;
    int64_t keys = 1;  // a divisor of queries; of values too
    int64_t key_dim = 1;
    int64_t value_dim = 1;
    bool use_gate = false;
    std::vector<int64_t> axes = {1};  // along which queries attend, within (batch, ..., size)
    std::optional<int64_t> sliding_window = std::nullopt;
    double dropout = 0;
    std::optional<int64_t> seed = std::nullopt;
  };
  // Makes the layers inside. The output has axes `output_shape` in place of query's last.
  absl::Status BuildHeads(const AttentionTypes& types, Heads heads,
                          std::vector<int64_t> output_shape, const ProjectionOptions& options);
  // How Keras's attributes for the projections begin: "query_dense" or "_query_dense".
  virtual std::string attribute_prefix() const = 0;
  // Whether the call's `query_mask` counts, beside the mask that query carries.
  virtual bool takes_query_mask() const { return true; }

  Json BuildConfigFor(const CallArguments<SymbolicType>& arguments) const override {
    return AttentionBuildConfig(arguments);
  }
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;
  bool supports_masking() const override { return true; }
  bool takes_mask_of_each_argument() const override { return true; }

 private:
  ir::Value Attend(const AttentionCall& call, ir::Value query, ir::Value key,
                   ir::Value value) const;
  // y and the softmax.
  ir::Values AttendWithScores(CallContext& context, const AttentionCall& call, ir::Value query,
                              ir::Value key, ir::Value value) const;

  Heads heads_;
  std::shared_ptr<EinsumDense> query_;
  std::shared_ptr<EinsumDense> key_;
  std::shared_ptr<EinsumDense> gate_;
  std::shared_ptr<EinsumDense> value_;
  std::shared_ptr<EinsumDense> output_;
  std::shared_ptr<Softmax> softmax_;
  std::shared_ptr<Dropout> dropout_;
};

}  // namespace tricorn::keras::layers
