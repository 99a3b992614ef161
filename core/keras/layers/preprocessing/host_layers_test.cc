#include <gtest/gtest.h>

#include "core/keras/layers/preprocessing/discretization.h"
#include "core/keras/layers/preprocessing/hashed_crossing.h"
#include "core/keras/layers/preprocessing/hashing.h"
#include "core/keras/layers/preprocessing/integer_lookup.h"
#include "core/keras/layers/preprocessing/normalization.h"
#include "core/keras/layers/preprocessing/string_lookup.h"
#include "core/keras/layers/preprocessing/text_vectorization.h"

// Numbers of real Keras on TensorFlow, from its documentation and tests.

namespace tricorn::keras {
namespace {

HostValue Strings(std::vector<std::string> values) {
  const auto count = static_cast<int64_t>(values.size());
  return StringTensor{{count}, std::move(values)};
}

HostValue Integers(const std::vector<int64_t>& values) {
  return Tensor::From<int64_t>({static_cast<int64_t>(values.size())}, values);
}

// The elements of a tensor; fails the test for strings and errors.
std::vector<double> Numbers(const absl::StatusOr<HostValue>& value) {
  std::vector<double> numbers;
  EXPECT_TRUE(value.ok()) << value.status();
  if (!value.ok() || !std::holds_alternative<Tensor>(*value)) return numbers;
  const Tensor& tensor = std::get<Tensor>(*value);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) numbers.push_back(tensor.At(i));
  return numbers;
}

using Doubles = std::vector<double>;

TEST(Hashing, GivesTensorFlowsBins) {
  const HostValue letters = Strings({"A", "B", "C", "D", "E"});
  EXPECT_EQ(Numbers(Hashing({.num_bins = 3})->Apply(letters)), (Doubles{1, 0, 1, 1, 2}));
  EXPECT_EQ(Numbers(Hashing({.num_bins = 3, .salt = {133, 137}})->Apply(letters)),
            (Doubles{1, 2, 1, 0, 2}));
  EXPECT_EQ(Numbers(Hashing({.num_bins = 3, .salt = 133})->Apply(letters)),
            (Doubles{0, 0, 2, 1, 0}));
  EXPECT_EQ(
      Numbers(Hashing({.num_bins = 3, .mask_value = ""})->Apply(Strings({"A", "B", "", "C", "D"}))),
      (Doubles{1, 1, 0, 2, 2}));
  EXPECT_EQ(Numbers(Hashing({.num_bins = 3})->Apply(Integers({0, 1, 2, 3, 4}))),
            (Doubles{1, 0, 1, 0, 2}));
}

TEST(HashedCrossing, GivesTensorFlowsBins) {
  const std::vector<HostValue> inputs = {Strings({"A", "B", "A", "B", "A"}),
                                         Integers({101, 101, 101, 102, 102})};
  EXPECT_EQ(Numbers(HashedCrossing({.num_bins = 5})->Apply(inputs)), (Doubles{1, 4, 1, 1, 3}));
}

TEST(StringLookup, LooksUpAndBack) {
  const StringLookup lookup({.vocabulary = {{"a", "b", "c", "d"}}});
  EXPECT_EQ(Numbers(lookup->Apply(Strings({"a", "c", "d", "z"}))), (Doubles{1, 3, 4, 0}));
  EXPECT_EQ(lookup->GetVocabulary(), (std::vector<std::string>{"[UNK]", "a", "b", "c", "d"}));
  const StringLookup back({.vocabulary = {{"a", "b"}}, .invert = true});
  const auto tokens = back->Apply(Integers({1, 2, 0, 9}));
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(std::get<StringTensor>(*tokens).values,
            (std::vector<std::string>{"a", "b", "[UNK]", "[UNK]"}));
}

TEST(StringLookup, CountsAndWeighs) {
  const HostValue rows = StringTensor{{2, 2}, {"a", "a", "z", "b"}};
  const StringLookup count({.vocabulary = {{"a", "b"}}, .output_mode = CategoryOutput::kCount});
  EXPECT_EQ(Numbers(count->Apply(rows)), (Doubles{0, 2, 0, 1, 0, 1}));
  const StringLookup tf_idf({.vocabulary = {{"a", "b"}},
                             .idf_weights = {{0.5, 0.75}},
                             .output_mode = CategoryOutput::kTfIdf});
  EXPECT_EQ(Numbers(tf_idf->Apply(rows)), (Doubles{0, 1, 0, 0.625, 0, 0.75}));
}

TEST(StringLookup, AdaptsToTheMostFrequent) {
  const StringLookup lookup({.max_tokens = 3});
  const HostValue data = Strings({"c", "a", "b", "b", "a", "b"});
  ASSERT_TRUE(lookup->Adapt({&data, 1}).ok());
  EXPECT_EQ(lookup->GetVocabulary(), (std::vector<std::string>{"[UNK]", "b", "a"}));
  const StringLookup copy({.max_tokens = 3});
  ASSERT_TRUE(copy->LoadAssets(lookup->SaveAssets()).ok());
  EXPECT_EQ(copy->GetVocabulary(), lookup->GetVocabulary());
}

TEST(IntegerLookup, SharesUnknownIndicesByRemainder) {
  const IntegerLookup lookup({.num_oov_indices = 2, .vocabulary = {{12, 36, 1138, 42}}});
  EXPECT_EQ(Numbers(lookup->Apply(Integers({12, 1138, 42, 37, 1000, -3}))),
            (Doubles{2, 4, 5, 1, 0, 1}));
}

TEST(Vocabulary, RefusesTokensTwiceAndOutOfPlace) {
  Vocabulary vocabulary({.mask_token = "", .oov_token = "[UNK]", .max_tokens = 4});
  EXPECT_FALSE(vocabulary.Set({"a", "b", "a"}).ok());
  EXPECT_FALSE(vocabulary.Set({"a", ""}).ok());
  EXPECT_FALSE(vocabulary.Set({"a", "b", "c"}).ok());
  EXPECT_TRUE(vocabulary.Set({"", "[UNK]", "a", "b"}).ok());
  EXPECT_EQ(vocabulary.IndexOf("a"), 2);
}

TEST(TextVectorization, TokenizesAndPads) {
  const TextVectorization layer(
      {.output_sequence_length = 4, .vocabulary = {{"earth", "wind", "and", "fire"}}});
  EXPECT_EQ(Numbers(layer->Apply(Strings({"Earth, wind and FIRE!", "fire  and\twater"}))),
            (Doubles{2, 3, 4, 5, 5, 4, 1, 0}));
  const TextVectorization grams({.ngrams = 2, .output_mode = CategoryOutput::kMultiHot});
  EXPECT_EQ(grams->Tokenize("A b-c d"), (std::vector<std::string>{"a", "bc", "d", "a bc", "bc d"}));
  ASSERT_TRUE(grams->Adapt({"a b", "a c"}).ok());
  EXPECT_EQ(grams->GetVocabulary(),
            (std::vector<std::string>{"[UNK]", "a", "c", "b", "a c", "a b"}));
  EXPECT_EQ(Numbers(grams->Apply(Strings({"a a"}))), (Doubles{1, 1, 0, 0, 0, 0}));
  const TextVectorization letters({.standardize = std::nullopt, .split = "character"});
  EXPECT_EQ(letters->Tokenize("a\xc3\xa9z"), (std::vector<std::string>{"a", "\xc3\xa9", "z"}));
}

TEST(TextVectorization, KeepsItsVocabularyInFiles) {
  const TextVectorization layer;
  ASSERT_TRUE(layer->Adapt({"foo bar", "foo"}).ok());
  const TextVectorization copy;
  ASSERT_TRUE(copy->LoadAssets(layer->SaveAssets()).ok());
  EXPECT_EQ(copy->GetVocabulary(), (std::vector<std::string>{"", "[UNK]", "foo", "bar"}));
}

TEST(Discretization, AdaptsAsKerasDoes) {
  const Discretization layer({.num_bins = 4, .epsilon = 0.01});
  const Tensor data = Tensor::From<float>({8}, {-1.5, 1.0, 3.4, 0.5, 0.0, 3.0, 1.3, 0.0});
  ASSERT_TRUE(layer->Adapt({&data, 1}).ok());
  const std::vector<double>& boundaries = *layer->config().bin_boundaries;
  ASSERT_EQ(boundaries.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(boundaries[i], (Doubles{0.0, 0.5, 1.3})[i], 1e-6);
  }
}

TEST(Normalization, AdaptsOverAllBatches) {
  const Normalization layer;
  const std::vector<Tensor> batches = {Tensor::From<float>({2, 2}, {1, 10, 3, 20}),
                                       Tensor::From<float>({1, 2}, {8, 60})};
  ASSERT_TRUE(layer->Adapt(batches).ok());
  const std::vector<Variable*> weights = layer->weights();
  EXPECT_NEAR(weights[0]->value.At(0), 4, 1e-6);
  EXPECT_NEAR(weights[0]->value.At(1), 30, 1e-6);
  EXPECT_NEAR(weights[1]->value.At(0), 26.0 / 3, 1e-5);
}

}  // namespace
}  // namespace tricorn::keras
