#include "core/keras/layers/core/einsum_dense.h"

#include <algorithm>
#include <map>

#include "core/keras/layers/input_checks.h"

namespace tricorn::keras::layers {
namespace {

// Lengths of the equation's letters, from x and from the part of the result that the config gives.
absl::StatusOr<std::map<char, int64_t>> Lengths(const EinsumEquation& equation,
                                                const SymbolicType& x, const Json& output_shape) {
  std::map<char, int64_t> lengths;
  for (size_t i = 0; i < equation.a.size(); ++i) {
    if (x.shape[i]) lengths[equation.a[i]] = *x.shape[i];
  }
  SymbolicShape given;
  if (output_shape.is_array()) {
    RETURN_IF_ERROR(WithSubject(FromJson(output_shape, &given), "output_shape"));
  } else {
    RETURN_IF_ERROR(WithSubject(FromJson(output_shape, &given.emplace_back()), "output_shape"));
  }
  // The config leaves out the batch and what an ellipsis stands for.
  std::string letters = equation.out;
  if (!letters.empty() && letters[0] >= 'A') letters.erase(0, 1);
  std::erase_if(letters, [](char letter) { return letter >= '0' && letter <= '9'; });
  if (letters.size() != given.size()) {
    return InvalidArgument("output_shape: expected {} lengths, received {}", letters.size(),
                           output_shape.Dump());
  }
  for (size_t i = 0; i < given.size(); ++i) {
    if (!given[i]) continue;
    const auto [it, is_new] = lengths.try_emplace(letters[i], *given[i]);
    if (!is_new && it->second != *given[i]) {
      return InvalidArgument("output_shape: expected {} along '{}', received {}", it->second,
                             letters[i], *given[i]);
    }
  }
  return lengths;
}

absl::StatusOr<int64_t> LengthOf(const std::map<char, int64_t>& lengths, char letter) {
  const auto it = lengths.find(letter);
  if (it != lengths.end() && it->second > 0) return it->second;
  return InvalidArgument("equation: expected a known length of '{}'", letter);
}

// Units of the result are the fan out, those summed over the fan in.
InitializerRef CountingFans(const InitializerRef& initializer, const EinsumEquation& equation) {
  if (!initializer) return initializer;
  std::vector<int64_t> input_axes, output_axes;
  for (size_t i = 0; i < equation.b.size(); ++i) {
    const bool in_result = equation.out.find(equation.b[i]) != std::string::npos;
    (in_result ? output_axes : input_axes).push_back(static_cast<int64_t>(i));
  }
  const std::shared_ptr<const Initializer> counting =
      initializer->WithFanAxes(input_axes, output_axes);
  return counting == nullptr ? initializer : InitializerRef(counting);
}

}  // namespace

absl::Status EinsumDense::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const EinsumEquation equation,
                   EinsumEquation::Parse(config_.equation, inputs[0].rank()));
  ASSIGN_OR_RETURN(const auto lengths, Lengths(equation, inputs[0], config_.output_shape));
  std::vector<int64_t> kernel;
  for (const char letter : equation.b) {
    ASSIGN_OR_RETURN(const int64_t length, LengthOf(lengths, letter));
    kernel.push_back(length);
  }
  RETURN_IF_ERROR(BuildKernel({.equation = equation,
                               .shape = Shape(std::move(kernel)),
                               .initializer = CountingFans(config_.kernel_initializer, equation),
                               .regularizer = config_.kernel_regularizer,
                               .constraint = config_.kernel_constraint,
                               .quantization = config_.quantization_config}));
  const std::string bias_axes = config_.bias_axes.value_or("");
  if (bias_axes.empty()) return BuildLora(config_.lora_rank, config_.lora_alpha);
  const size_t first = equation.out.find_first_of(bias_axes);
  std::vector<int64_t> bias;
  for (size_t i = first; i < equation.out.size(); ++i) {
    const char letter = equation.out[i];
    int64_t length = 1;
    if (bias_axes.find(letter) != std::string::npos) {
      ASSIGN_OR_RETURN(length, LengthOf(lengths, letter));
    }
    bias.push_back(length);
  }
  for (const char letter : bias_axes) {
    if (equation.out.find(letter) == std::string::npos) {
      return InvalidArgument("bias_axes: expected letters of '{}', received '{}'", equation.out,
                             bias_axes);
    }
  }
  AddBias({.name = "bias",
           .shape = Shape(std::move(bias)),
           .initializer = config_.bias_initializer,
           .regularizer = config_.bias_regularizer,
           .constraint = config_.bias_constraint});
  return BuildLora(config_.lora_rank, config_.lora_alpha);
}

ir::Value EinsumDense::Call(CallContext& context, ir::Value x) {
  return config_.activation(ApplyKernel(context, x));
}

void EinsumDense::SetLora(int64_t rank, double alpha) {
  config_.lora_rank = rank;
  config_.lora_alpha = alpha;
}

void EinsumDense::SetQuantization(QuantizationConfigRef config) {
  config_.quantization_config = std::move(config);
}

}  // namespace tricorn::keras::layers
