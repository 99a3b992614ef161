#pragma once

#include <optional>
#include <vector>

#include "core/keras/layers/core/einsum_equation.h"
#include "core/keras/layers/core/low_rank.h"
#include "core/keras/layers/core/quantized_matrix.h"
#include "core/keras/layers/layer.h"

namespace tricorn::keras {

// A layer that computes einsum(x, kernel) + bias: Dense and EinsumDense. The kernel is in the form
// that the layer's dtype policy says, with or without low-rank factors beside it.
//
//   mode     kernel                        beside it
//   none     floating
//   int8     int8                          kernel_scale
//   int4     (rows, columns) of two a byte kernel_scale; by groups: kernel_zero, g_idx
//   ternary  (rows, columns) of five a byte kernel_scale ()
//   float8   floating                      scale and amax history of inputs, kernel, gradients
//   gptq     (columns, rows), u8           kernel_scale, kernel_zero, g_idx
//   awq      (columns, rows) of two a byte kernel_scale, kernel_zero, awq_scales, g_idx
//
// rows: the letters of the kernel that are summed over; columns: the others.
class KernelLayer : public Layer {
 public:
  using Layer::Layer;

  // Freezes the kernel; its low-rank factors train instead. Files get the sum.
  // Errors: FailedPrecondition before the layer is built, for a kernel with a constraint and for a
  // second call; Unimplemented for a calibrated or ternary kernel.
  absl::Status EnableLora(const LoraOptions& options);
  // Errors: Unimplemented for gptq and awq, which need data to calibrate with.
  absl::Status Quantize(const std::shared_ptr<const QuantizationConfig>& config) override;

  // A frozen weight keeps its place among the trainable ones.
  std::vector<Variable*> own_variables() const override;
  std::vector<Variable*> saved_variables() const override;
  absl::StatusOr<std::vector<Tensor>> SavedValues() const override;
  void OnLoaded() override;

 protected:
  struct KernelOptions {
    EinsumEquation equation;
    Shape shape;
    InitializerRef initializer;
    RegularizerRef regularizer;
    ConstraintRef constraint;
    QuantizationConfigRef quantization;
    // Scales of int8 are (units,), not of as many axes as the result.
    bool flat_scale = false;
    bool ternary = false;  // whether the class has this mode
  };
  // First the kernel, then the bias, then the factors: Keras's order of creation.
  absl::Status BuildKernel(KernelOptions options);
  void AddBias(WeightOptions options) { bias_ = AddWeight(std::move(options)); }
  absl::Status BuildLora(std::optional<int64_t> rank, std::optional<double> alpha);

  ir::Value ApplyKernel(CallContext& context, ir::Value x);  // with the bias

  // Where the class's config keeps what came after construction.
  virtual void SetLora(int64_t rank, double alpha) = 0;
  virtual void SetQuantization(QuantizationConfigRef config) = 0;

 private:
  std::optional<QuantizationMode> mode() const { return dtype_policy().quantization_mode(); }
  int64_t rows() const;
  int64_t columns() const { return options_.shape.num_elements() / rows(); }
  ops::Axes reduced_axes() const;  // of the kernel
  QuantizedMatrix Matrix() const;  // of int4
  absl::Status BuildQuantized();
  absl::Status AddLora(const LoraOptions& options);
  void SetSavedKernel(std::vector<Tensor> values);
  void AddPart(std::string name, DType dtype, Shape shape, InitializerRef initializer = "zeros");
  void AddFloat8Parts();
  ir::Value Part(CallContext& context, size_t index) const;

  // The quantized kernel and its parts, of a floating kernel.
  ir::Values QuantizeKernel(ir::Value kernel, const QuantizerRef& quantizer) const;
  ir::Value DequantizeKernel(ir::Value kernel, ir::Operands parts, DType dtype) const;
  ir::Value QuantizedProduct(CallContext& context, ir::Value x);
  ir::Value Float8Product(CallContext& context, ir::Value x);

  KernelOptions options_;
  const Variable* kernel_ = nullptr;
  const Variable* bias_ = nullptr;
  std::vector<const Variable*> parts_;  // in the order of files
  LoraOptions lora_;
  const Variable* lora_a_ = nullptr;
  const Variable* lora_b_ = nullptr;
};

}  // namespace tricorn::keras
