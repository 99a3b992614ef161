#pragma once

#include <optional>
#include <vector>

#include "core/keras/layers/core/low_rank.h"
#include "core/keras/layers/core/quantized_matrix.h"
#include "core/keras/layers/layer.h"

namespace tricorn::keras {

// A layer that takes rows of a table (input_dim, output_dim): Embedding and ReversibleEmbedding.
// The table is floating, int8 (with embeddings_scale) or int4 (two numbers of a row a byte, with
// embeddings_scale; by groups: embeddings_zero, g_idx), with or without low-rank factors beside it.
class EmbeddingLayer : public Layer {
 public:
  using Layer::Layer;

  // Freezes the table; its low-rank factors train instead. Files get the sum.
  // Errors: FailedPrecondition before the layer is built, for a table with a constraint and for a
  // second call.
  absl::Status EnableLora(const LoraOptions& options);
  // Errors: Unimplemented for other modes than int8 and int4.
  absl::Status Quantize(const std::shared_ptr<const QuantizationConfig>& config) override;

  // A frozen weight keeps its place among the trainable ones.
  std::vector<Variable*> own_variables() const override;
  std::vector<Variable*> saved_variables() const override;
  absl::StatusOr<std::vector<Tensor>> SavedValues() const override;
  void OnLoaded() override;

 protected:
  struct TableOptions {
    int64_t input_dim = 0;
    int64_t output_dim = 0;
    InitializerRef initializer;
    RegularizerRef regularizer;
    ConstraintRef constraint;
    QuantizationConfigRef quantization;
    // A second table (output_dim, input_dim), for the way back.
    bool reverse_table = false;
  };
  absl::Status BuildTable(TableOptions options);
  absl::Status BuildLora(std::optional<int64_t> rank, std::optional<double> alpha);

  // Rows of the table at integer (or truncated) indices, in the compute dtype.
  ir::Value Lookup(CallContext& context, ir::Value indices);
  // x (..., output_dim) . the table's transpose or the second table: (..., input_dim).
  ir::Value Reverse(CallContext& context, ir::Value x, std::optional<DType> dtype);

  // Where the class's config keeps what came after construction.
  virtual void SetLora(int64_t rank, double alpha) = 0;
  virtual void SetQuantization(QuantizationConfigRef config) = 0;

 private:
  // A matrix of the layer in its stored form.
  struct Table {
    const Variable* values = nullptr;
    std::vector<const Variable*> parts;  // scale, zero points
  };

  std::optional<QuantizationMode> mode() const { return dtype_policy().quantization_mode(); }
  QuantizedMatrix Matrix(bool reverse) const;
  absl::Status BuildQuantized();
  void AddQuantized(bool reverse);
  std::vector<const Variable*> FileOrder() const;
  absl::Status AddLora(const LoraOptions& options);
  ir::Value GroupIndex(CallContext& context) const;
  ir::Value LowRankTable(CallContext& context) const;

  TableOptions options_;
  Table table_;
  Table reverse_;
  const Variable* group_index_ = nullptr;
  LoraOptions lora_;
  const Variable* lora_a_ = nullptr;
  const Variable* lora_b_ = nullptr;
};

}  // namespace tricorn::keras
