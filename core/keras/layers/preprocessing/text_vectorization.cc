#include "core/keras/layers/preprocessing/text_vectorization.h"

#include <algorithm>

namespace tricorn::keras::layers {
namespace {

constexpr std::string_view kPunctuation = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'";
constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";
constexpr int64_t kMaxWidth = 64;

bool IsOneOf(const std::optional<std::string>& text, std::initializer_list<const char*> names) {
  return !text || std::find(names.begin(), names.end(), *text) != names.end();
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kWhiteSpace), text.size()));
    if (text.empty()) return words;
    const size_t end = std::min(text.find_first_of(kWhiteSpace), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// Bytes 10xxxxxx go on with a character.
std::vector<std::string> Characters(std::string_view text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    if (characters.empty() || (static_cast<uint8_t>(byte) & 0xC0) != 0x80)
      characters.emplace_back();
    characters.back() += byte;
  }
  return characters;
}

}  // namespace

TextVectorization::TextVectorization(TextVectorizationConfig config, LayerOptions options)
    : LayerWith(std::move(config), std::move(options)) {
  status_ = SetOptions({.max_tokens = config_.max_tokens,
                        .mask_token = "",
                        .oov_token = "[UNK]",
                        .vocabulary = config_.vocabulary.value_or(std::vector<std::string>()),
                        .idf_weights = config_.idf_weights.value_or(std::vector<double>()),
                        .output_mode = config_.output_mode,
                        .pad_to_max_tokens = config_.pad_to_max_tokens,
                        .salt = {}});
  if (status_.ok()) status_ = ReadWidths();
  if (!status_.ok()) return;
  const bool is_int = config_.output_mode == CategoryOutput::kInt;
  if (!IsOneOf(config_.standardize,
               {"lower_and_strip_punctuation", "lower", "strip_punctuation"}) ||
      !IsOneOf(config_.split, {"whitespace", "character"})) {
    status_ = Unimplemented("expected one of Keras's own standardize and split, received {} and {}",
                            config_.standardize.value_or("none"), config_.split.value_or("none"));
  } else if (config_.sparse || config_.ragged) {
    status_ = Unimplemented("sparse, ragged: expected false, received true");
  } else if (config_.output_sequence_length && (!is_int || *config_.output_sequence_length < 1)) {
    status_ = InvalidArgument(
        "output_sequence_length: expected a positive number in output_mode int, received {}",
        *config_.output_sequence_length);
  }
}

absl::Status TextVectorization::ReadWidths() {
  const Json& ngrams = config_.ngrams;
  if (ngrams.is_null()) return absl::OkStatus();
  if (ngrams.is_array()) {
    RETURN_IF_ERROR(WithSubject(FromJson(ngrams, &widths_), "ngrams"));
  } else {
    int64_t widest = 0;
    RETURN_IF_ERROR(WithSubject(FromJson(ngrams, &widest), "ngrams"));
    for (int64_t width = 1; width <= std::min(widest, kMaxWidth + 1); ++width) {
      widths_.push_back(width);
    }
  }
  const bool fits = !widths_.empty() && std::all_of(widths_.begin(), widths_.end(), [](int64_t w) {
    return w >= 1 && w <= kMaxWidth;
  });
  if (fits) return absl::OkStatus();
  return InvalidArgument("ngrams: expected widths from 1 to {}, received {}", kMaxWidth,
                         ngrams.Dump());
}

std::vector<std::string> TextVectorization::Tokenize(std::string_view given) const {
  std::string text(given);
  const std::string standardize = config_.standardize.value_or("");
  if (standardize.starts_with("lower")) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
  }
  if (standardize.ends_with("strip_punctuation")) {
    std::erase_if(text, [](char c) { return kPunctuation.find(c) != kPunctuation.npos; });
  }
  std::vector<std::string> tokens;
  if (!config_.split) {
    tokens = {text};
  } else if (*config_.split == "whitespace") {
    tokens = Words(text);
  } else {
    tokens = Characters(text);
  }
  if (widths_.empty()) return tokens;
  std::vector<std::string> grams;
  for (const int64_t width : widths_) {
    for (size_t i = 0; i + static_cast<size_t>(width) <= tokens.size(); ++i) {
      std::string gram = tokens[i];
      for (size_t k = 1; k < static_cast<size_t>(width); ++k) gram += " " + tokens[i + k];
      grams.push_back(std::move(gram));
    }
  }
  return grams;
}

absl::Status TextVectorization::Adapt(const std::vector<std::string>& texts) {
  RETURN_IF_ERROR(status_);
  std::vector<std::vector<std::string>> documents;
  for (const std::string& text : texts) documents.push_back(Tokenize(text));
  return Learn(documents);
}

absl::StatusOr<HostValue> TextVectorization::Apply(std::span<const HostValue> inputs) const {
  RETURN_IF_ERROR(status_);
  ASSIGN_OR_RETURN(const HostValue* input, OneInput(inputs));
  const auto* texts = std::get_if<StringTensor>(input);
  const Shape& shape = ShapeOf(*input);
  if (texts == nullptr || shape.rank() < 1 || shape.rank() > 2 ||
      (shape.rank() == 2 && shape[1] != 1)) {
    return InvalidArgument("expected strings (batch,) or (batch, 1), received {} of shape {}",
                           texts == nullptr ? "numbers" : "strings", shape.ToString());
  }
  std::vector<std::vector<int64_t>> rows;
  size_t longest = 0;
  for (const std::string& text : texts->values) {
    std::vector<int64_t>& row = rows.emplace_back();
    for (const std::string& token : Tokenize(text)) {
      ASSIGN_OR_RETURN(row.emplace_back(), IndexOf(token));
    }
    longest = std::max(longest, row.size());
  }
  // Where no token is: index 0 is that of ""; in other modes one that counts nowhere.
  const bool is_int = config_.output_mode == CategoryOutput::kInt;
  const size_t length =
      static_cast<size_t>(config_.output_sequence_length.value_or(static_cast<int64_t>(longest)));
  std::vector<int64_t> indices(rows.size() * length, is_int ? 0 : -1);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(rows[i].begin(), std::min(length, rows[i].size()),
                indices.begin() + static_cast<int64_t>(i * length));
  }
  ASSIGN_OR_RETURN(
      Tensor encoded,
      Encode(Tensor::From<int64_t>(
          {static_cast<int64_t>(rows.size()), static_cast<int64_t>(length)}, indices)));
  return HostValue(std::move(encoded));
}

absl::StatusOr<SymbolicType> TextVectorization::OutputType(
    std::span<const SymbolicType> inputs) const {
  if (inputs.size() != 1 || inputs[0].rank() == 0) {
    return InvalidArgument("expected one input of strings, received {}", inputs.size());
  }
  const SymbolicType tokens{DType::kString, {inputs[0].shape[0], config_.output_sequence_length}};
  return LookupLayer::OutputType({&tokens, 1});
}

TextVectorization::Assets TextVectorization::SaveAssets() const {
  Assets assets = LookupLayer::SaveAssets();
  for (const auto& [name, bytes] : LookupLayer::SaveAssets()) {
    assets["_lookup_layer/" + name] = bytes;
  }
  return assets;
}

Json TextVectorization::GetConfig() const {
  Json config = LayerWith::GetConfig();
  if (!vocabulary().empty()) config.Set("vocabulary_size", vocabulary_size());
  return config;
}

}  // namespace tricorn::keras::layers
