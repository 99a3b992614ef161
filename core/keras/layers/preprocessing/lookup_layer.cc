#include "core/keras/layers/preprocessing/lookup_layer.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace tricorn::keras {
namespace {

constexpr std::string_view kVocabularyFile = "vocabulary.txt";

// Where masked tokens go that no encoding is to count.
constexpr int64_t kNowhere = std::numeric_limits<int64_t>::max();

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

absl::Status LookupLayer::SetOptions(Options options) {
  if (options.max_tokens && *options.max_tokens <= 1) {
    return InvalidArgument("max_tokens: expected more than 1, received {}", *options.max_tokens);
  }
  if (options.pad_to_max_tokens && !options.max_tokens) {
    return InvalidArgument("pad_to_max_tokens: expected max_tokens beside it, received none");
  }
  if (options.num_oov_indices < 0 || options.num_oov_indices > (int64_t{1} << 20)) {
    return InvalidArgument("num_oov_indices: expected 0 to 2^20, received {}",
                           options.num_oov_indices);
  }
  if (options.invert && options.output_mode != CategoryOutput::kInt) {
    return InvalidArgument("output_mode: expected int beside invert, received {}",
                           ToJson(options.output_mode).AsString());
  }
  options_ = std::move(options);
  // Masked tokens have an index of their own among integers alone.
  const bool masks = options_.output_mode == CategoryOutput::kInt;
  vocabulary_ = Vocabulary({.mask_token = masks ? options_.mask_token : std::nullopt,
                            .num_oov_indices = options_.num_oov_indices,
                            .oov_token = options_.oov_token,
                            .max_tokens = options_.max_tokens,
                            .inverted = options_.invert});
  if (options_.vocabulary.empty()) return absl::OkStatus();
  return SetVocabulary(options_.vocabulary, options_.idf_weights);
}

absl::Status LookupLayer::SetVocabulary(std::vector<std::string> tokens,
                                        const std::vector<double>& idf_weights) {
  const bool weighted = options_.output_mode == CategoryOutput::kTfIdf;
  const size_t given = tokens.size();
  RETURN_IF_ERROR(vocabulary_.Set(std::move(tokens)));
  if (weighted != !idf_weights.empty()) {
    return InvalidArgument(
        "idf_weights: expected them in output_mode tf_idf alone, received {} in {}",
        idf_weights.size(), ToJson(options_.output_mode).AsString());
  }
  if (!weighted) return absl::OkStatus();
  if (idf_weights.size() != given) {
    return InvalidArgument("idf_weights: expected {}, one a token, received {}", given,
                           idf_weights.size());
  }
  const double mean = std::accumulate(idf_weights.begin(), idf_weights.end(), 0.0) /
                      static_cast<double>(idf_weights.size());
  idf_.assign(static_cast<size_t>(vocabulary_.size()) - given, mean);
  idf_.insert(idf_.end(), idf_weights.begin(), idf_weights.end());
  return absl::OkStatus();
}

absl::Status LookupLayer::Adapt(std::span<const HostValue> batches) {
  std::vector<std::vector<std::string>> documents;
  for (const HostValue& batch : batches) {
    const Shape& shape = ShapeOf(batch);
    const std::vector<std::string> tokens = AsStrings(batch);
    const size_t rows = shape.rank() == 0 ? 1 : static_cast<size_t>(shape[0]);
    const size_t width = rows == 0 ? 0 : tokens.size() / rows;
    for (size_t row = 0; row < rows; ++row) {
      const auto begin = tokens.begin() + static_cast<int64_t>(row * width);
      documents.emplace_back(begin, begin + static_cast<int64_t>(width));
    }
  }
  return Learn(documents);
}

absl::Status LookupLayer::Learn(const std::vector<std::vector<std::string>>& documents) {
  if (!options_.vocabulary.empty()) {
    return FailedPrecondition("{}: expected no vocabulary in the config to adapt, received one",
                              DisplayName());
  }
  TokenCounts counts;
  for (const std::vector<std::string>& document : documents) counts.AddDocument(document);
  if (options_.mask_token) counts.Forget(*options_.mask_token);
  counts.Forget(options_.oov_token);
  std::optional<int64_t> max_count;
  if (options_.max_tokens) max_count = *options_.max_tokens - vocabulary_.first_known();
  const TokenCounts::Learned learned = counts.MostFrequent(max_count, options_.integers);
  const bool weighted = options_.output_mode == CategoryOutput::kTfIdf;
  return SetVocabulary(learned.tokens, weighted ? learned.idf : std::vector<double>());
}

absl::StatusOr<int64_t> LookupLayer::IndexOf(const std::string& token) const {
  if (options_.mask_token && token == *options_.mask_token) {
    return options_.output_mode == CategoryOutput::kInt ? 0 : kNowhere;
  }
  if (const std::optional<int64_t> index = vocabulary_.IndexOf(token)) return *index;
  const int64_t count = options_.num_oov_indices;
  if (count == 0) {
    return InvalidArgument(
        "expected tokens of the vocabulary, as num_oov_indices is 0, received '{}'", token);
  }
  int64_t which = 0;
  if (count > 1 && options_.oov_by_hash) which = options_.salt.Bucket(token, count);
  if (count > 1 && !options_.oov_by_hash) which = (std::stoll(token) % count + count) % count;
  return vocabulary_.first_oov() + which;
}

absl::StatusOr<int64_t> LookupLayer::Depth() const {
  if (options_.pad_to_max_tokens) return *options_.max_tokens;
  if (!vocabulary_.empty()) return vocabulary_.size();
  return FailedPrecondition("{}: expected a vocabulary, given or from adapt, received none",
                            DisplayName());
}

absl::StatusOr<Tensor> LookupLayer::Encode(const Tensor& indices) const {
  const CategoryOutput output = options_.output_mode;
  if (output == CategoryOutput::kInt) return indices;
  ASSIGN_OR_RETURN(const int64_t depth, Depth());
  const bool weighted = output == CategoryOutput::kTfIdf;
  ASSIGN_OR_RETURN(Tensor encoded, EncodeOnHost(indices, weighted ? CategoryOutput::kCount : output,
                                                depth, DType::kF32));
  if (!weighted) return encoded;
  float* counts = encoded.data<float>();
  for (int64_t i = 0; i < encoded.num_elements(); ++i) {
    const auto index = static_cast<size_t>(i % depth);
    counts[i] *= index < idf_.size() ? static_cast<float>(idf_[index]) : 0.0f;
  }
  return encoded;
}

absl::StatusOr<HostValue> LookupLayer::Invert(const HostValue& input) const {
  const auto* tensor = std::get_if<Tensor>(&input);
  if (tensor == nullptr)
    return InvalidArgument("expected integers beside invert, received strings");
  StringTensor tokens{tensor->shape(), {}};
  const Tensor indices = tensor->Cast(DType::kI64);
  for (const int64_t index : indices.values<int64_t>()) {
    tokens.values.push_back(vocabulary_.TokenAt(index));
  }
  if (!options_.integers) return HostValue(std::move(tokens));
  std::vector<int64_t> numbers;
  for (const std::string& token : tokens.values) numbers.push_back(std::stoll(token));
  return HostValue(Tensor::From<int64_t>(tensor->shape(), numbers));
}

absl::StatusOr<HostValue> LookupLayer::Apply(std::span<const HostValue> inputs) const {
  ASSIGN_OR_RETURN(const HostValue* input, OneInput(inputs));
  if (options_.invert) return Invert(*input);
  std::vector<int64_t> indices;
  for (const std::string& token : AsStrings(*input)) {
    ASSIGN_OR_RETURN(indices.emplace_back(), IndexOf(token));
  }
  ASSIGN_OR_RETURN(Tensor encoded, Encode(Tensor::From<int64_t>(ShapeOf(*input), indices)));
  return HostValue(std::move(encoded));
}

absl::Status LookupLayer::BuildFrom(std::span<const SymbolicType>) { return absl::OkStatus(); }

absl::StatusOr<SymbolicType> LookupLayer::OutputType(std::span<const SymbolicType> inputs) const {
  if (inputs.size() != 1) return InvalidArgument("expected one input, received {}", inputs.size());
  const CategoryOutput output = options_.output_mode;
  if (output == CategoryOutput::kInt) {
    const bool text = options_.invert && !options_.integers;
    return SymbolicType{text ? DType::kString : DType::kI64, inputs[0].shape};
  }
  std::optional<int64_t> depth = options_.max_tokens;
  if (!options_.pad_to_max_tokens) {
    depth = vocabulary_.empty() ? std::nullopt : std::optional<int64_t>(vocabulary_.size());
  }
  return EncodedType(inputs[0].shape, output, depth, DType::kF32);
}

LookupLayer::Assets LookupLayer::SaveAssets() const {
  if (!options_.vocabulary.empty() || vocabulary_.empty()) return {};
  std::string text;
  for (const std::string& token : GetVocabulary()) text += (text.empty() ? "" : "\n") + token;
  // An empty first token is a line of its own.
  if (GetVocabulary()[0].empty()) text = "\n" + text;
  return {{std::string(kVocabularyFile), std::move(text)}};
}

absl::Status LookupLayer::LoadAssets(const Assets& files) {
  const auto file = files.find(std::string(kVocabularyFile));
  if (file == files.end() || !options_.vocabulary.empty()) return absl::OkStatus();
  if (options_.output_mode == CategoryOutput::kTfIdf) {
    return Unimplemented(
        "{}: expected a vocabulary in the config in output_mode tf_idf, received "
        "one learned",
        DisplayName());
  }
  std::vector<std::string> tokens = Lines(file->second);
  if (options_.integers) {
    for (const std::string& token : tokens) {
      if (token.empty() || token.find_first_not_of("-0123456789") != token.npos ||
          token.size() > 19) {
        return InvalidArgument("{}: expected integers, received '{}'", kVocabularyFile, token);
      }
    }
  }
  return SetVocabulary(std::move(tokens));
}

}  // namespace tricorn::keras
