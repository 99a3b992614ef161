#include "core/keras/layers/attention/projection.h"

namespace tricorn::keras {

absl::StatusOr<std::shared_ptr<layers::EinsumDense>> MakeProjection(
    std::string name, const SymbolicType& x, int num_bound, std::span<const int64_t> output,
    const ProjectionOptions& options, const Activation& activation) {
  const int num_free = x.rank() - 1 - num_bound;
  const int num_letters = x.rank() + static_cast<int>(output.size());
  if (num_free < 0 || num_letters > 26) {
    return InvalidArgument("expected an input of {} to 20 axes, received shape {}", num_bound + 1,
                           ToString(x.shape));
  }
  std::string letters;
  for (int i = 0; i < num_letters; ++i) letters += static_cast<char>('a' + i);
  const auto cut = [&](int begin, int end) {
    return letters.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  };
  const std::string kept = cut(0, num_free + 1), bound = cut(num_free + 1, x.rank()),
                    made = cut(x.rank(), num_letters);
  EinsumDenseConfig config{.equation = kept + bound + "," + bound + made + "->" + kept + made};
  Json::Array shape(static_cast<size_t>(num_free));  // null: lengths of x
  for (const int64_t length : output) shape.emplace_back(length);
  config.output_shape = std::move(shape);
  config.activation = activation;
  if (options.use_bias) config.bias_axes = made;
  config.kernel_initializer = options.kernel_initializer;
  config.bias_initializer = options.bias_initializer;
  config.kernel_regularizer = options.kernel_regularizer;
  config.bias_regularizer = options.bias_regularizer;
  config.activity_regularizer = options.activity_regularizer;
  config.kernel_constraint = options.kernel_constraint;
  config.bias_constraint = options.bias_constraint;
  auto layer = std::make_shared<layers::EinsumDense>(
      std::move(config),
      LayerOptions{.name = name, .trainable = options.trainable, .dtype = options.dtype});
  RETURN_IF_ERROR(WithSubject(layer->Build(CallArguments<SymbolicType>({Nest<SymbolicType>(x)})),
                              layer->name()));
  return layer;
}

}  // namespace tricorn::keras
