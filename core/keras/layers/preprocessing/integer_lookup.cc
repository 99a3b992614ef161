#include "core/keras/layers/preprocessing/integer_lookup.h"

#include <algorithm>
#include <bit>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"

namespace tricorn::keras::layers {
namespace {

std::vector<std::string> Decimal(const std::optional<std::vector<int64_t>>& numbers) {
  std::vector<std::string> texts;
  if (!numbers) return texts;
  for (const int64_t number : *numbers) texts.push_back(std::to_string(number));
  return texts;
}

}  // namespace

IntegerLookup::IntegerLookup(IntegerLookupConfig config, LayerOptions options)
    : LayerWith(std::move(config), std::move(options)) {
  std::optional<std::string> mask_token;
  if (config_.mask_token) mask_token = std::to_string(*config_.mask_token);
  const bool by_hash = config_.oov_method == "farmhash";
  status_ = SetOptions({.max_tokens = config_.max_tokens,
                        .num_oov_indices = config_.num_oov_indices,
                        .mask_token = mask_token,
                        .oov_token = std::to_string(config_.oov_token),
                        .vocabulary = Decimal(config_.vocabulary),
                        .idf_weights = config_.idf_weights.value_or(std::vector<double>()),
                        .invert = config_.invert,
                        .output_mode = config_.output_mode,
                        .pad_to_max_tokens = config_.pad_to_max_tokens,
                        .salt = config_.salt,
                        .integers = true,
                        .oov_by_hash = by_hash});
  if (!status_.ok()) return;
  if (config_.sparse) status_ = Unimplemented("sparse: expected false, received true");
  if (!by_hash && (config_.oov_method != "floormod" || config_.salt)) {
    status_ = InvalidArgument(
        "oov_method: expected floormod, or farmhash where there is a salt, received {}",
        config_.oov_method);
  }
}

Json IntegerLookup::GetConfig() const {
  Json config = LayerWith::GetConfig();
  if (!vocabulary().empty()) config.Set("vocabulary_size", vocabulary_size());
  return config;
}

// By bisection of the sorted vocabulary.
ir::Value IntegerLookup::IndicesOf(ir::Value x) const {
  std::vector<std::pair<int64_t, int64_t>> sorted;  // token, index
  for (const std::string& token : vocabulary().known()) {
    sorted.emplace_back(std::stoll(token),
                        vocabulary().first_known() + static_cast<int64_t>(sorted.size()));
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> tokens, indices;
  for (const auto& [token, index] : sorted) {
    tokens.push_back(token);
    indices.push_back(index);
  }
  const auto count = static_cast<int64_t>(tokens.size());
  ir::Builder& builder = x.builder();
  const ir::Value keys = builder.Constant(Tensor::From<int64_t>({count}, tokens));
  const ir::Value values = builder.Constant(Tensor::From<int64_t>({count}, indices));
  // How many keys are at most x.
  ir::Value below = ops::Full(builder, x.type(), 0);
  for (auto step = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(count))); step > 0;
       step /= 2) {
    const ir::Value next = below + step;
    const ir::Value key = ops::Take(keys, ops::Minimum(next, count) - 1, 0);
    const ir::Value goes_on = ops::LogicalAnd(ops::LessEqual(next, count), ops::LessEqual(key, x));
    below = ops::Where(goes_on, next, below);
  }
  const ir::Value at = ops::Maximum(below - 1, 0);
  const ir::Value known = ops::Equal(ops::Take(keys, at, 0), x);
  const int64_t oov = options().num_oov_indices;
  ir::Value unknown = ops::Full(builder, x.type(), oov == 0 ? -1 : 0);
  if (oov > 0) {
    unknown = (oov == 1 ? ops::ZerosLike(x) : ops::Mod(x, oov)) + vocabulary().first_oov();
  }
  ir::Value found = ops::Where(known, ops::Take(values, at, 0), unknown);
  if (config_.mask_token) {
    // -1 counts nowhere.
    const int64_t masked = options().output_mode == CategoryOutput::kInt ? 0 : -1;
    found = ops::Where(ops::Equal(x, *config_.mask_token), masked, found);
  }
  return found;
}

ir::Value IntegerLookup::IntegersOf(ir::Value indices) const {
  std::vector<int64_t> tokens;
  for (const std::string& token : GetVocabulary()) tokens.push_back(std::stoll(token));
  const auto count = static_cast<int64_t>(tokens.size());
  const ir::Value table = indices.builder().Constant(Tensor::From<int64_t>({count}, tokens));
  const ir::Value inside =
      ops::LogicalAnd(ops::GreaterEqual(indices, 0), ops::Less(indices, count));
  return ops::Where(inside, ops::Take(table, ops::Clip(indices, 0, count - 1), 0),
                    config_.oov_token);
}

ir::Values IntegerLookup::CallLayer(CallContext& context,
                                    const CallArguments<ir::Value>& arguments) {
  const std::vector<ir::Value> inputs = arguments.Inputs();
  const bool hashes = options().oov_by_hash && options().num_oov_indices > 1;
  const bool runs = inputs.size() == 1 && !vocabulary().empty() && !hashes &&
                    options().output_mode != CategoryOutput::kTfIdf;
  if (!runs) return LookupLayer::CallLayer(context, arguments);
  const ir::Value x = ops::Cast(inputs[0], DType::kI64);
  if (config_.invert) return {IntegersOf(x)};
  const absl::StatusOr<int64_t> depth = Depth();
  if (!depth.ok()) {
    context.builder().SetError(depth.status());
    return {ir::Value(&context.builder(), -1)};
  }
  const bool is_int = options().output_mode == CategoryOutput::kInt;
  return {EncodeCategories(IndicesOf(x), options().output_mode, *depth,
                           is_int ? DType::kI64 : DType::kF32)};
}

}  // namespace tricorn::keras::layers
