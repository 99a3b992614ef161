#include "core/keras/layers/core/embedding_layer.h"

#include <algorithm>

#include "core/backend/cpu/compute_on_host.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

QuantizedMatrix EmbeddingLayer::Matrix(bool reverse) const {
  QuantizedMatrix matrix{.rows = options_.input_dim,
                         .columns = options_.output_dim,
                         .reduced_axis = -1,
                         .bits = mode() == QuantizationMode::kInt8 ? 8 : 4};
  if (reverse) {
    std::swap(matrix.rows, matrix.columns);
    matrix.reduced_axis = matrix.packed_axis = -2;
  }
  if (matrix.bits == 4) {
    matrix.block_size =
        options_.quantization ? options_.quantization->block_size() : dtype_policy().block_size();
  }
  return matrix;
}

// -- Variables ------------------------------------------------------------------------------------

absl::Status EmbeddingLayer::BuildTable(TableOptions options) {
  RETURN_IF_ERROR(ExpectPositive("input_dim", options.input_dim));
  RETURN_IF_ERROR(ExpectPositive("output_dim", options.output_dim));
  options_ = std::move(options);
  if (mode()) return BuildQuantized();
  table_.values = AddWeight({.name = "embeddings",
                             .shape = {options_.input_dim, options_.output_dim},
                             .initializer = options_.initializer,
                             .regularizer = options_.regularizer,
                             .constraint = options_.constraint});
  if (!options_.reverse_table) return absl::OkStatus();
  reverse_.values = AddWeight({.name = "reverse_embeddings",
                               .shape = {options_.output_dim, options_.input_dim},
                               .initializer = options_.initializer});
  return absl::OkStatus();
}

absl::Status EmbeddingLayer::BuildQuantized() {
  if (mode() != QuantizationMode::kInt8 && mode() != QuantizationMode::kInt4) {
    return Unimplemented("dtype: expected an int8 or int4 policy, received {}",
                         dtype_policy().name());
  }
  RETURN_IF_ERROR(weight_status());
  table_ = reverse_ = {};
  AddQuantized(false);
  if (options_.reverse_table) AddQuantized(true);
  return absl::OkStatus();
}

void EmbeddingLayer::AddQuantized(bool reverse) {
  const QuantizedMatrix matrix = Matrix(reverse);
  Table& table = reverse ? reverse_ : table_;
  const std::string name = reverse ? "reverse_embeddings" : "embeddings";
  const auto add = [&](std::string what, DType dtype, Shape shape, InitializerRef initializer) {
    return AddWeight({.name = std::move(what),
                      .shape = std::move(shape),
                      .initializer = std::move(initializer),
                      .trainable = false,
                      .dtype = dtype});
  };
  table.values = add(name, DType::kI8, matrix.values_shape(), "zeros");
  table.parts.push_back(add(name + "_scale", variable_dtype(), matrix.scale_shape(), "ones"));
  if (!matrix.grouped()) return;
  // Keras keeps the second table's zero points as floats.
  table.parts.push_back(
      add(name + "_zero", reverse ? variable_dtype() : DType::kI8, matrix.scale_shape(), "zeros"));
  if (!reverse) group_index_ = add("g_idx", DType::kF32, {options_.output_dim}, "zeros");
}

std::vector<const Variable*> EmbeddingLayer::FileOrder() const {
  std::vector<const Variable*> order = {table_.values};
  order.insert(order.end(), table_.parts.begin(), table_.parts.end());
  if (group_index_ != nullptr) order.push_back(group_index_);
  if (reverse_.values != nullptr) order.push_back(reverse_.values);
  order.insert(order.end(), reverse_.parts.begin(), reverse_.parts.end());
  return order;
}

std::vector<Variable*> EmbeddingLayer::own_variables() const {
  std::vector<Variable*> own = Layer::own_variables();
  const auto weight = std::find(own.begin(), own.end(), table_.values);
  if (lora_a_ != nullptr && !mode() && weight != own.end()) {
    std::rotate(own.begin(), weight, weight + 1);
  }
  return own;
}

std::vector<Variable*> EmbeddingLayer::saved_variables() const {
  const std::vector<Variable*> own = own_variables();
  std::vector<Variable*> saved;
  for (const Variable* variable : FileOrder()) {
    const auto at = std::find(own.begin(), own.end(), variable);
    if (at != own.end()) saved.push_back(*at);
  }
  return saved;
}

absl::Status EmbeddingLayer::Quantize(const std::shared_ptr<const QuantizationConfig>& config) {
  if (table_.values == nullptr || !table_.values->has_value() || mode()) {
    return FailedPrecondition("{}: expected a built floating table to quantize, received {}",
                              DisplayName(), mode() ? dtype_policy().name() : "none");
  }
  if (config->mode() != QuantizationMode::kInt8 && config->mode() != QuantizationMode::kInt4) {
    return Unimplemented("{}: expected int8 or int4, received {}", DisplayName(),
                         Name(config->mode()));
  }
  const DTypePolicy before = dtype_policy();
  const DTypePolicy policy(config->policy_mode() + "_from_" + before.name());
  RETURN_IF_ERROR(policy.status());
  set_dtype_policy(policy);
  options_.quantization = config;
  std::vector<Tensor> tables = {table_.values->value};
  if (reverse_.values != nullptr) tables.push_back(reverse_.values->value);
  absl::StatusOr<std::vector<Tensor>> values =
      backend::cpu::ComputeOnHost(tables, [&](ir::Operands x) {
        ir::Values parts;
        for (size_t i = 0; i < x.size(); ++i) {
          const ir::Values more = Matrix(i == 1).Quantize(x[i], config->weight_quantizer());
          parts.insert(parts.end(), more.begin(), more.end());
        }
        return parts;
      });
  if (!values.ok()) {
    set_dtype_policy(before);
    options_.quantization = nullptr;
    return WithSubject(values.status(), DisplayName());
  }
  RemoveWeight(table_.values);
  if (reverse_.values != nullptr) RemoveWeight(reverse_.values);
  RETURN_IF_ERROR(BuildQuantized());
  size_t next = 0;
  for (Variable* variable : saved_variables()) {
    variable->value = variable == group_index_ ? Matrix(false).GroupIndex()
                                               : (*values)[next++].Cast(variable->type.dtype);
  }
  SetQuantization(options_.quantization);
  return weight_status();
}

// -- Low-rank factors -----------------------------------------------------------------------------

absl::Status EmbeddingLayer::BuildLora(std::optional<int64_t> rank, std::optional<double> alpha) {
  RETURN_IF_ERROR(weight_status());
  return rank ? AddLora({.rank = *rank, .alpha = alpha}) : absl::OkStatus();
}

absl::Status EmbeddingLayer::EnableLora(const LoraOptions& options) {
  if (!built()) return FailedPrecondition("{}: expected a built layer", DisplayName());
  RETURN_IF_ERROR(AddLora(options));
  for (const Variable* factor : {lora_a_, lora_b_}) RETURN_IF_ERROR(InitializeWeight(factor));
  return absl::OkStatus();
}

absl::Status EmbeddingLayer::AddLora(const LoraOptions& options) {
  if (options_.constraint) {
    return FailedPrecondition("lora_rank: expected embeddings without a constraint");
  }
  if (lora_a_ != nullptr) return FailedPrecondition("lora_rank: expected no factors yet");
  RETURN_IF_ERROR(ExpectPositive("lora_rank", options.rank));
  lora_ = options;
  lora_a_ = AddWeight({.name = "lora_embeddings_a",
                       .shape = {options_.input_dim, options.rank},
                       .initializer = options.a_initializer,
                       .regularizer = options_.regularizer,
                       .dtype = DType::kF32});
  lora_b_ = AddWeight({.name = "lora_embeddings_b",
                       .shape = {options.rank, options_.output_dim},
                       .initializer = options.b_initializer,
                       .regularizer = options_.regularizer,
                       .dtype = DType::kF32});
  FreezeWeight(table_.values);
  SetLora(options.rank, options.alpha.value_or(static_cast<double>(options.rank)));
  return weight_status();
}

absl::StatusOr<std::vector<Tensor>> EmbeddingLayer::SavedValues() const {
  ASSIGN_OR_RETURN(std::vector<Tensor> saved, Layer::SavedValues());
  if (lora_a_ == nullptr || AddNothing(lora_b_->value)) return saved;
  std::vector<Tensor> inputs = {table_.values->value, lora_a_->value, lora_b_->value};
  for (const Variable* part : table_.parts) inputs.push_back(part->value);
  if (group_index_ != nullptr) inputs.push_back(group_index_->value);
  ASSIGN_OR_RETURN(const std::vector<Tensor> merged,
                   backend::cpu::ComputeOnHost(inputs, [&](ir::Operands x) -> ir::Values {
                     const ir::Value update = ops::Matmul(x[1], x[2]) * lora_.factor();
                     if (!mode()) return {ops::Cast(x[0] + update, x[0].dtype())};
                     const QuantizedMatrix matrix = Matrix(false);
                     const bool grouped = matrix.grouped();
                     const ir::Value table =
                         matrix.Dequantize(x[0], x[3], grouped ? x[4] : ir::Value(),
                                           grouped ? x[5] : ir::Value(), DType::kF32);
                     return matrix.Quantize(table + update, nullptr);
                   }));
  std::copy(merged.begin(), merged.end(), saved.begin());
  return saved;
}

// What a file holds is the sum: the factors start anew.
void EmbeddingLayer::OnLoaded() {
  for (Variable* variable : own_variables()) {
    if (variable != lora_a_ && variable != lora_b_) continue;
    variable->value = Tensor(variable->type.dtype, variable->type.shape);
  }
}

// -- Call -----------------------------------------------------------------------------------------

ir::Value EmbeddingLayer::GroupIndex(CallContext& context) const {
  return group_index_ == nullptr ? ir::Value() : context.Read(*group_index_);
}

ir::Value EmbeddingLayer::LowRankTable(CallContext& context) const {
  return ops::Matmul(Weight(context, lora_a_), Weight(context, lora_b_)) * lora_.factor();
}

ir::Value EmbeddingLayer::Lookup(CallContext& context, ir::Value x) {
  const ir::Value indices = IsInteger(x.dtype()) ? x : ops::Cast(x, DType::kI32);
  const auto rows_of = [&](ir::Value table) { return ops::Take(table, indices, 0); };
  ir::Value rows;
  if (mode()) {
    ir::Values parts;
    for (const Variable* part : table_.parts) parts.push_back(rows_of(context.Read(*part)));
    rows = Matrix(false).Dequantize(rows_of(context.Read(*table_.values)), parts[0],
                                    parts.size() > 1 ? parts[1] : ir::Value(), GroupIndex(context),
                                    compute_dtype());
  } else {
    rows = rows_of(Weight(context, table_.values));
  }
  if (lora_a_ == nullptr) return rows;
  const ir::Value low_rank = rows_of(Weight(context, lora_a_));
  return rows + ops::Matmul(low_rank, Weight(context, lora_b_)) * lora_.factor();
}

ir::Value EmbeddingLayer::Reverse(CallContext& context, ir::Value x, std::optional<DType> dtype) {
  const bool tied = reverse_.values == nullptr;
  const Table& table = tied ? table_ : reverse_;
  if (!mode()) {
    ir::Value kernel = Weight(context, table.values);
    if (tied && lora_a_ != nullptr) kernel = kernel + LowRankTable(context);
    if (tied) kernel = ops::Transpose(kernel);
    if (dtype) return ops::Matmul(ops::Cast(x, *dtype), ops::Cast(kernel, *dtype));
    return ops::Matmul(x, kernel);
  }
  const QuantizedMatrix matrix = Matrix(!tied);
  const ir::Value values = context.Read(*table.values);
  const ir::Value scale = context.Read(*table.parts[0]);
  const ir::Value zero = table.parts.size() > 1 ? context.Read(*table.parts[1]) : ir::Value();
  const auto upright = [&](ir::Value value) { return tied ? ops::Transpose(value) : value; };
  const ir::Value floating =
      upright(matrix.Dequantize(values, scale, zero, GroupIndex(context), x.dtype()));
  const ir::Value product = ops::Matmul(x, floating);
  // Inputs are quantized too, a row at a time, unless the config says otherwise.
  const QuantizerRef quantizer = options_.quantization
                                     ? options_.quantization->activation_quantizer()
                                     : QuantizerRef(AbsMaxQuantizer());
  if (!quantizer) return product;
  const ops::Quantized inputs = (*quantizer)(x, {-1});
  const ir::Value inputs_scale = ops::Cast(inputs.scale, x.dtype());
  if (matrix.grouped()) {
    const ir::Value sums = ops::Matmul(ops::Cast(inputs.values, x.dtype()), floating);
    return ops::StraightThrough(sums / inputs_scale, product);
  }
  const ir::Value sums = ops::Matmul(inputs.values, upright(matrix.Unpack(values)));
  return ops::StraightThrough(
      ops::Cast(sums, x.dtype()) / (inputs_scale * ops::Cast(scale, x.dtype())), product);
}

}  // namespace tricorn::keras
