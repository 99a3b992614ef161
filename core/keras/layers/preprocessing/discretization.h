#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/encode_categories.h"

namespace tricorn::keras {

struct DiscretizationConfig {
  std::optional<std::vector<double>> bin_boundaries = std::nullopt;
  std::optional<int64_t> num_bins = std::nullopt;
  double epsilon = 0.01;
  CategoryOutput output_mode = CategoryOutput::kInt;
  bool sparse = false;
  FIELDS(bin_boundaries, num_bins, epsilon, output_mode, sparse)
};

namespace layers {

// Which of the bins [..., b0), [b0, b1), ..., [bn, ...) a number is in, as output_mode says
// (EncodeCategories).
// Inputs:   x (batch, ...), any number type.
// Outputs:  int32 as x, or (batch, ..., bins) in the compute dtype.
// Errors:   InvalidArgument for boundaries that do not increase; FailedPrecondition when there are
//           none yet; Unimplemented for sparse outputs.
// Source:   Keras 3 `Discretization`.
class Discretization : public LayerWith<Discretization, DiscretizationConfig> {
 public:
  static constexpr std::string_view kClassName = "Discretization";
  using LayerWith::LayerWith;

  // Boundaries that cut the numbers of all batches into num_bins bins of about as many.
  // Errors: FailedPrecondition without num_bins; InvalidArgument for no numbers.
  absl::Status Adapt(std::span<const Tensor> batches);

  // Without "trainable", and with a dtype by name: what Keras's class takes.
  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool autocast() const override { return false; }
};

}  // namespace layers

using Discretization = LayerOf<layers::Discretization>;

}  // namespace tricorn::keras
