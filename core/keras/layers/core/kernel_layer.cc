#include "core/keras/layers/core/kernel_layer.h"

#include <algorithm>

#include "core/backend/cpu/compute_on_host.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

bool IsCalibrated(std::optional<QuantizationMode> mode) {
  return mode == QuantizationMode::kGptq || mode == QuantizationMode::kAwq;
}

bool IsFloatingKernel(std::optional<QuantizationMode> mode) {
  return !mode || mode == QuantizationMode::kFloat8;
}

bool HasLetter(const std::string& letters, char letter) {
  return letters.find(letter) != std::string::npos;
}

}  // namespace

int64_t KernelLayer::rows() const {
  int64_t rows = 1;
  for (const int64_t axis : reduced_axes()) rows *= options_.shape[static_cast<int>(axis)];
  return rows;
}

ops::Axes KernelLayer::reduced_axes() const {
  ops::Axes axes;
  for (size_t i = 0; i < options_.equation.b.size(); ++i) {
    if (!HasLetter(options_.equation.out, options_.equation.b[i])) {
      axes.push_back(static_cast<int64_t>(i));
    }
  }
  return axes;
}

QuantizedMatrix KernelLayer::Matrix() const {
  const int64_t block_size =
      options_.quantization ? options_.quantization->block_size() : dtype_policy().block_size();
  return {.rows = rows(), .columns = columns(), .block_size = block_size, .bits = 4};
}

// -- Variables ------------------------------------------------------------------------------------

absl::Status KernelLayer::BuildKernel(KernelOptions options) {
  options_ = std::move(options);
  if (mode() == QuantizationMode::kFloat8) AddFloat8Parts();
  if (!IsFloatingKernel(mode())) return BuildQuantized();
  kernel_ = AddWeight({.name = "kernel",
                       .shape = options_.shape,
                       .initializer = options_.initializer,
                       .regularizer = options_.regularizer,
                       .constraint = options_.constraint});
  return absl::OkStatus();
}

void KernelLayer::AddPart(std::string name, DType dtype, Shape shape, InitializerRef initializer) {
  parts_.push_back(AddWeight({.name = std::move(name),
                              .shape = std::move(shape),
                              .initializer = std::move(initializer),
                              .trainable = false,
                              .dtype = dtype}));
}

absl::Status KernelLayer::BuildQuantized() {
  if (!weight_status().ok()) return weight_status();
  parts_.clear();
  const auto add_kernel = [&](DType dtype, Shape shape) {
    kernel_ = AddWeight({.name = "kernel",
                         .shape = std::move(shape),
                         .initializer = "zeros",
                         .trainable = false,
                         .dtype = dtype});
  };
  const DType floating = variable_dtype();
  switch (*mode()) {
    case QuantizationMode::kInt8: {
      Shape scale{columns()};
      if (!options_.flat_scale) {
        std::vector<int64_t> dims;
        for (const char letter : options_.equation.out) {
          const size_t at = options_.equation.b.find(letter);
          dims.push_back(at == std::string::npos ? 1 : options_.shape[static_cast<int>(at)]);
        }
        scale = Shape(std::move(dims));
      }
      add_kernel(DType::kI8, options_.shape);
      AddPart("kernel_scale", floating, std::move(scale), "ones");
      return absl::OkStatus();
    }
    case QuantizationMode::kInt4: {
      const QuantizedMatrix matrix = Matrix();
      add_kernel(DType::kI8, matrix.values_shape());
      AddPart("kernel_scale", floating, matrix.scale_shape(), "ones");
      if (!matrix.grouped()) return absl::OkStatus();
      AddPart("kernel_zero", DType::kI8, matrix.scale_shape());
      AddPart("g_idx", DType::kF32, {rows()});
      return absl::OkStatus();
    }
    case QuantizationMode::kTernary:
      if (!options_.ternary) break;
      add_kernel(DType::kU8, {(rows() + 4) / 5, columns()});
      AddPart("kernel_scale", floating, {}, "ones");
      return absl::OkStatus();
    case QuantizationMode::kGptq:
    case QuantizationMode::kAwq: {
      const DTypePolicy& policy = dtype_policy();
      if (policy.weight_bits() == 2) break;
      const bool packed = policy.weight_bits() == 4;
      const int64_t size = policy.block_size();
      const Shape groups{columns(), size == -1 ? 1 : (rows() + size - 1) / size};
      add_kernel(DType::kU8, {packed ? (columns() + 1) / 2 : columns(), rows()});
      AddPart("kernel_scale", floating, groups, "ones");
      AddPart("kernel_zero", DType::kU8, groups);
      if (mode() == QuantizationMode::kAwq) AddPart("awq_scales", floating, {rows()}, "ones");
      AddPart("g_idx", DType::kF32, {rows()});
      return absl::OkStatus();
    }
    default:
      break;
  }
  return Unimplemented("dtype: expected a policy that {} has, received {}", class_name(),
                       dtype_policy().name());
}

void KernelLayer::AddFloat8Parts() {
  for (const std::string what : {"inputs", "kernel", "outputs_grad"}) {
    for (const bool history : {false, true}) {
      const int64_t length = dtype_policy().amax_history_length();
      parts_.push_back(AddWeight({.name = what + (history ? "_amax_history" : "_scale"),
                                  .shape = history ? Shape{length} : Shape{},
                                  .initializer = history ? "zeros" : "ones",
                                  .dtype = DType::kF32,
                                  .overwritten_by_gradient = true}));
    }
  }
}

std::vector<Variable*> KernelLayer::own_variables() const {
  std::vector<Variable*> own = Layer::own_variables();
  const auto weight = std::find(own.begin(), own.end(), kernel_);
  if (lora_a_ != nullptr && !mode() && weight != own.end()) {
    std::rotate(own.begin(), weight, weight + 1);
  }
  return own;
}

std::vector<Variable*> KernelLayer::saved_variables() const {
  std::vector<const Variable*> order = {kernel_};
  if (bias_ != nullptr) order.insert(IsCalibrated(mode()) ? order.begin() : order.end(), bias_);
  order.insert(order.end(), parts_.begin(), parts_.end());
  const std::vector<Variable*> own = own_variables();
  std::vector<Variable*> saved;
  for (const Variable* variable : order) {
    const auto at = std::find(own.begin(), own.end(), variable);
    if (at != own.end()) saved.push_back(*at);
  }
  return saved;
}

// -- Quantized kernels ----------------------------------------------------------------------------

ir::Values KernelLayer::QuantizeKernel(ir::Value kernel, const QuantizerRef& quantizer) const {
  switch (*mode()) {
    case QuantizationMode::kInt8: {
      const ops::Quantized q = quantizer ? (*quantizer)(kernel, reduced_axes())
                                         : ops::AbsMaxQuantize(kernel, reduced_axes());
      return {q.values, options_.flat_scale
                            ? ops::Reshape(q.scale, {columns()})
                            : options_.equation.AlignWithResult(q.scale, options_.equation.b)};
    }
    case QuantizationMode::kInt4:
      return Matrix().Quantize(ops::Reshape(kernel, {rows(), columns()}), quantizer);
    default: {
      const ir::Value scale = ops::Mean(ops::Absolute(kernel));
      const ir::Value numbers = ops::Clip(ops::Round(kernel / scale), -1, 1);
      return {ops::PackTernary(ops::Reshape(numbers, {rows(), columns()}), 0), scale};
    }
  }
}

ir::Value KernelLayer::DequantizeKernel(ir::Value kernel, ir::Operands parts, DType dtype) const {
  const auto as = [&](ir::Value value) { return ops::Cast(value, dtype); };
  switch (*mode()) {
    case QuantizationMode::kInt8:
      return as(kernel) / as(options_.flat_scale ? parts[0]
                                                 : options_.equation.AlignWithOperand(
                                                       parts[0], options_.equation.b));
    case QuantizationMode::kInt4: {
      const QuantizedMatrix matrix = Matrix();
      const bool grouped = matrix.grouped();
      return ops::Reshape(matrix.Dequantize(kernel, parts[0], grouped ? parts[1] : ir::Value(),
                                            grouped ? parts[2] : ir::Value(), dtype),
                          options_.shape);
    }
    case QuantizationMode::kTernary:
      return ops::Reshape(as(ops::UnpackTernary(kernel, rows(), 0)) * as(parts[0]), options_.shape);
    default: {
      const bool packed = dtype_policy().weight_bits() == 4;
      const ir::Value numbers = packed ? ops::UnpackBits(kernel, 4, columns(), 0) : kernel;
      ir::Value matrix = ops::Transpose(
          ops::DequantizeGrouped(numbers, parts[0], parts[1], parts.back(), -1, dtype));
      if (mode() == QuantizationMode::kAwq) matrix = matrix / as(ops::ExpandDims(parts[2], {-1}));
      return ops::Reshape(matrix, options_.shape);
    }
  }
}

absl::Status KernelLayer::Quantize(const std::shared_ptr<const QuantizationConfig>& config) {
  if (kernel_ == nullptr || !kernel_->has_value() || mode()) {
    return FailedPrecondition("{}: expected a built floating kernel to quantize, received {}",
                              DisplayName(), mode() ? dtype_policy().name() : "none");
  }
  if (IsCalibrated(config->mode()) ||
      (config->mode() == QuantizationMode::kTernary && !options_.ternary)) {
    return Unimplemented("{}: expected int8, int4 or float8{}, received {}", DisplayName(),
                         options_.ternary ? " or ternary" : "", Name(config->mode()));
  }
  const DTypePolicy before = dtype_policy();
  const DTypePolicy policy(config->policy_mode() + "_from_" + before.name());
  RETURN_IF_ERROR(policy.status());
  set_dtype_policy(policy);
  options_.quantization = config;
  if (config->mode() == QuantizationMode::kFloat8) {
    AddFloat8Parts();
    for (Variable* part : saved_variables()) {
      if (part->has_value()) continue;
      ASSIGN_OR_RETURN(part->value, part->initializer->Make(part->type.shape, DType::kF32, 0));
    }
  } else {
    absl::StatusOr<std::vector<Tensor>> values = backend::cpu::ComputeOnHost(
        {kernel_->value},
        [&](ir::Operands x) { return QuantizeKernel(x[0], config->weight_quantizer()); });
    if (!values.ok()) {
      set_dtype_policy(before);
      options_.quantization = nullptr;
      return WithSubject(values.status(), DisplayName());
    }
    RemoveWeight(kernel_);
    RETURN_IF_ERROR(BuildQuantized());
    if (values->size() < parts_.size() + 1) values->push_back(Matrix().GroupIndex());
    SetSavedKernel(*std::move(values));
  }
  SetQuantization(options_.quantization);
  return weight_status();
}

// The kernel and its parts, in the order of files, without the bias.
void KernelLayer::SetSavedKernel(std::vector<Tensor> values) {
  size_t next = 0;
  for (Variable* variable : saved_variables()) {
    if (variable != bias_ && next < values.size()) variable->value = std::move(values[next++]);
  }
}

// -- Call -----------------------------------------------------------------------------------------

ir::Value KernelLayer::Part(CallContext& context, size_t index) const {
  return context.Read(*parts_[index]);
}

ir::Value KernelLayer::QuantizedProduct(CallContext& context, ir::Value x) {
  const EinsumEquation& equation = options_.equation;
  const ir::Value kernel = context.Read(*kernel_);
  ir::Values parts;
  for (size_t i = 0; i < parts_.size(); ++i) parts.push_back(Part(context, i));
  const ir::Value product = equation(x, DequantizeKernel(kernel, parts, x.dtype()));
  const bool per_unit = mode() == QuantizationMode::kInt8 ||
                        (mode() == QuantizationMode::kInt4 && !Matrix().grouped());
  QuantizerRef quantizer;
  if (options_.quantization) {
    quantizer = options_.quantization->activation_quantizer();
  } else if (mode() == QuantizationMode::kInt8) {
    quantizer = AbsMaxQuantizer();
  }
  if (!per_unit || !quantizer) return product;

  // Integers times integers; gradients see the floating product.
  ops::Axes axes;
  for (size_t i = 0; i < equation.a.size(); ++i) {
    if (!HasLetter(equation.out, equation.a[i])) axes.push_back(static_cast<int64_t>(i));
  }
  const ops::Quantized inputs = (*quantizer)(x, axes);
  ir::Value numbers = kernel;
  ir::Value scale = parts[0];
  if (mode() == QuantizationMode::kInt4) {
    numbers = ops::Reshape(Matrix().Unpack(kernel), options_.shape);
    Shape of_units = options_.shape;
    for (const int64_t axis : reduced_axes()) of_units[static_cast<int>(axis)] = 1;
    scale = equation.AlignWithResult(ops::Reshape(scale, of_units), equation.b);
  }
  const ir::Value sums = ops::Cast(equation(inputs.values, numbers), x.dtype());
  const ir::Value scales = ops::Cast(scale, x.dtype()) *
                           ops::Cast(equation.AlignWithResult(inputs.scale, equation.a), x.dtype());
  return ops::StraightThrough(sums / scales, product);
}

ir::Value KernelLayer::Float8Product(CallContext& context, ir::Value x) {
  const ir::Value inputs = ops::Float8Quantize(x, Part(context, 0), Part(context, 1));
  const ir::Value kernel =
      ops::Float8Quantize(Weight(context, kernel_), Part(context, 2), Part(context, 3));
  return ops::Float8Gradient(options_.equation(inputs, kernel), Part(context, 4), Part(context, 5));
}

ir::Value KernelLayer::ApplyKernel(CallContext& context, ir::Value x) {
  const auto low_rank = [&] {
    return ops::Matmul(Weight(context, lora_a_), Weight(context, lora_b_)) * lora_.factor();
  };
  ir::Value y;
  if (mode() == QuantizationMode::kFloat8) {
    y = Float8Product(context, x);
  } else if (mode()) {
    y = QuantizedProduct(context, x);
    if (lora_a_ != nullptr) y = y + options_.equation(x, low_rank());
  } else {
    const ir::Value kernel = Weight(context, kernel_);
    y = options_.equation(x, lora_a_ == nullptr ? kernel : kernel + low_rank());
  }
  if (bias_ == nullptr) return y;
  ir::Value bias = Weight(context, bias_);
  if (mode() == QuantizationMode::kFloat8 && bias.dtype() == DType::kF32) {
    bias = ops::Cast(ops::Cast(bias, DType::kBF16), DType::kF32);  // as Keras rounds it
  }
  return y + bias;
}

}  // namespace tricorn::keras
