#include "core/backend/cuda/libraries/choice_cache.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace tricorn::backend::cuda {
namespace {

TEST(ChoiceCache, KeepsAnswersByQuestion) {
  const std::string directory = testing::TempDir() + "choices";
  std::filesystem::remove_all(directory);
  const ChoiceCache cache(directory);
  EXPECT_EQ(cache.Find("a"), std::nullopt);
  cache.Keep("a", 3);
  cache.Keep("b", 0);
  EXPECT_EQ(ChoiceCache(directory).Find("a"), 3);
  EXPECT_EQ(cache.Find("b"), 0);
}

// Work that was done with an answer has to come out the same again.
TEST(ChoiceCache, KeepsTheFirstAnswer) {
  const std::string directory = testing::TempDir() + "first_choices";
  std::filesystem::remove_all(directory);
  const ChoiceCache cache(directory), another(directory);
  cache.Keep("a", 3);
  another.Keep("a", 4);
  EXPECT_EQ(another.Find("a"), 3);
}

TEST(ChoiceCache, KeepsAnswersForItselfWithoutADirectory) {
  const ChoiceCache cache("");
  cache.Keep("a", 3);
  EXPECT_EQ(cache.Find("a"), 3);
  EXPECT_EQ(ChoiceCache("").Find("a"), std::nullopt);
}

}  // namespace
}  // namespace tricorn::backend::cuda
