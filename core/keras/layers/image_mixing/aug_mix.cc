#include "core/keras/layers/image_mixing/aug_mix.h"

#include "core/keras/layers/image_mixing/augmentations.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status AugMix::CheckArguments() const {
  constexpr int64_t kMostLinks = 64;
  RETURN_IF_ERROR(ExpectPositive("num_chains", config_.num_chains));
  RETURN_IF_ERROR(ExpectPositive("chain_depth", config_.chain_depth));
  if (config_.num_chains > kMostLinks || config_.chain_depth > kMostLinks ||
      config_.num_chains * config_.chain_depth > kMostLinks) {
    return InvalidArgument("num_chains times chain_depth: expected at most {}, received {} and {}",
                           kMostLinks, config_.num_chains, config_.chain_depth);
  }
  if (!(config_.alpha > 0)) {
    return InvalidArgument("alpha: expected a positive number, received {}", config_.alpha);
  }
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  for (const auto& layer :
       Augmentations({config_.factor, config_.value_range, config_.interpolation, config_.all_ops},
                     {.dtype = dtype_policy()})) {
    RETURN_IF_ERROR(layer->CheckArguments());
  }
  return absl::OkStatus();
}

ImageTransform AugMix::Draw(ir::Value key, const ir::Type& images) const {
  ir::Builder& builder = key.builder();
  const auto pool =
      Augmentations({config_.factor, config_.value_range, config_.interpolation, config_.all_ops},
                    {.dtype = dtype_policy()});
  const int64_t links = config_.num_chains * config_.chain_depth;
  const ir::Values keys = ops::SplitKey(key, 2 + links);
  const auto alphas = [&](Shape shape) {
    return ops::Full(builder, {DType::kF32, std::move(shape)}, config_.alpha);
  };
  const ir::Value weights =
      ops::Softmax(ops::RandomLogGamma(keys[0], alphas({config_.num_chains})));
  const ir::Value kept = ops::Sigmoid(ops::RandomLogitBeta(keys[1], alphas({}), alphas({})));

  // One link of a chain: a choice among the layers, or none of them.
  struct Link {
    ir::Value choice;
    std::vector<ImageTransform> transforms;
  };
  std::vector<Link> all;
  for (int64_t i = 0; i < links; ++i) {
    const ir::Values parts =
        ops::SplitKey(keys[static_cast<size_t>(2 + i)], static_cast<int64_t>(pool.size() + 1));
    Link link{DrawChoice(parts.back(), pool.size() + 1), {}};
    for (const auto& layer : pool) {
      link.transforms.push_back(layer->Draw(parts[link.transforms.size()], images));
    }
    all.push_back(std::move(link));
  }
  const auto mix = [=, depth = static_cast<size_t>(config_.chain_depth)](ir::Value x, auto part) {
    ir::Value sum;
    for (size_t chain = 0; chain * depth < all.size(); ++chain) {
      ir::Value y = x;
      for (size_t i = chain * depth; i < (chain + 1) * depth; ++i) {
        y = ApplyChosen(all[i].transforms, all[i].choice, y, part);
      }
      const auto at = static_cast<int64_t>(chain);
      const ir::Value weight = ops::Cast(ops::SliceAxis(weights, 0, at, at + 1), x.dtype());
      sum = sum ? sum + y * weight : y * weight;
    }
    const ir::Value share = ops::Cast(kept, x.dtype());
    return share * x + (1 - share) * sum;
  };
  return {
      // `pool` lives as long as its transforms.
      .images =
          [=, this](ir::Value x) {
            return (void)pool, ClipTo(mix(x, &ImageTransform::images), config_.value_range);
          },
      .segmentation_masks =
          [=](ir::Value x) {
            const DType dtype = IsFloating(x.dtype()) ? x.dtype() : DType::kF32;
            return mix(ops::Cast(x, dtype), &ImageTransform::segmentation_masks);
          },
  };
}

}  // namespace tricorn::keras::layers
