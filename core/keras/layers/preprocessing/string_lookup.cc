#include "core/keras/layers/preprocessing/string_lookup.h"

namespace tricorn::keras::layers {

StringLookup::StringLookup(StringLookupConfig config, LayerOptions options)
    : LayerWith(std::move(config), std::move(options)) {
  status_ = SetOptions({.max_tokens = config_.max_tokens,
                        .num_oov_indices = config_.num_oov_indices,
                        .mask_token = config_.mask_token,
                        .oov_token = config_.oov_token,
                        .vocabulary = config_.vocabulary.value_or(std::vector<std::string>()),
                        .idf_weights = config_.idf_weights.value_or(std::vector<double>()),
                        .invert = config_.invert,
                        .output_mode = config_.output_mode,
                        .pad_to_max_tokens = config_.pad_to_max_tokens,
                        .salt = config_.salt});
  if (status_.ok() && config_.sparse) {
    status_ = Unimplemented("sparse: expected false, received true");
  }
}

Json StringLookup::GetConfig() const {
  Json config = LayerWith::GetConfig();
  if (!vocabulary().empty()) config.Set("vocabulary_size", vocabulary_size());
  return config;
}

}  // namespace tricorn::keras::layers
