#include "core/keras/saving/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/io/keras_archive.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/normalization/batch_normalization.h"
#include "core/keras/models/sequential.h"
#include "core/keras/saving/path_weights.h"

namespace tricorn::keras {
namespace {

using testing::HasSubstr;

Sequential Net(int64_t outputs = 3, const std::string& last = "last") {
  return Sequential({Input({.shape = {{4}}}), Dense({.units = 5}, {.name = "first"}),
                     BatchNormalization(), Dense({.units = outputs}, {.name = last})},
                    {.name = "net"});
}

std::string TempPath(const std::string& name) { return testing::TempDir() + "/weights_" + name; }

// A net of other values.
Sequential Other(int64_t outputs = 3, const std::string& last = "last") {
  Sequential other = Net(outputs, last);
  EXPECT_TRUE(other->Initialize(9).ok());
  return other;
}

class EveryForm : public testing::TestWithParam<const char*> {};

TEST_P(EveryForm, BringsTheWeightsBack) {
  const Sequential net = Net();
  ASSERT_TRUE(net->Initialize(4).ok());
  const std::string path = TempPath(GetParam());
  SaveWeightsOptions options;
  if (path.ends_with(".json")) options.max_shard_gib = 100.0 / (1 << 30);
  ASSERT_EQ(SaveWeights(Env::Posix(), path, *net, options), absl::OkStatus());
  const Sequential other = Other();
  const auto loaded = LoadWeights(Env::Posix(), path, *other);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->skipped.empty());
  EXPECT_EQ(other->GetWeights(), net->GetWeights());
}

TEST_P(EveryForm, SkipsWhatDoesNotFitOnlyWhenAskedTo) {
  const Sequential net = Net();
  const std::string path = TempPath(std::string("mismatch_") + GetParam());
  SaveWeightsOptions options;
  if (path.ends_with(".json")) options.max_shard_gib = 1;
  ASSERT_EQ(SaveWeights(Env::Posix(), path, *net, options), absl::OkStatus());
  const Sequential other = Other(7);
  const std::vector<Tensor> before = other->GetWeights();
  const auto refused = LoadWeights(Env::Posix(), path, *other);
  EXPECT_THAT(std::string(refused.status().message()),
              testing::AnyOf(HasSubstr("expected shape (5, 7), received (5, 3)"),
                             HasSubstr("expected shape (7,), received (3,)")));
  EXPECT_EQ(other->GetWeights(), before);
  const auto loaded = LoadWeights(Env::Posix(), path, *other, {.mismatch = Mismatch::kSkip});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_FALSE(loaded->skipped.empty());
  EXPECT_EQ(other->GetWeights()[0], net->GetWeights()[0]);
  EXPECT_EQ(other->weights().back()->value.shape(), Shape({7}));
}

INSTANTIATE_TEST_SUITE_P(Weights, EveryForm,
                         testing::Values("a.weights.h5", "b.weights.json", "c.h5", "d.safetensors"),
                         [](const auto& info) {
                           std::string name(info.param);
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(WeightsFile, KeepsTheOptimizer) {
  const Sequential net = Net();
  const OptimizerState state = {"adam", {Tensor::Scalar<int32_t>(5), Tensor::Scalar(0.5f)}};
  for (const char* name : {"opt.weights.h5", "opt.weights.json"}) {
    const std::string path = TempPath(name);
    ASSERT_EQ(SaveWeights(Env::Posix(), path, *net, {.optimizer = state, .max_shard_gib = 1}),
              absl::OkStatus());
    const auto loaded = LoadWeights(Env::Posix(), path, *net);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->optimizer.variables, state.variables);
  }
}

TEST(WeightsFile, CutsShardsAsKerasDoes) {
  const Sequential net = Net();
  const std::string path = TempPath("cut.weights.json");
  ASSERT_EQ(SaveWeights(Env::Posix(), path, *net, {.max_shard_gib = 90.0 / (1 << 30)}),
            absl::OkStatus());
  const Json map = *Json::Parse(*Env::Posix().ReadFile(path));
  EXPECT_EQ(map["metadata"]["total_size"].AsDouble(), (20 + 5 + 4 * 5 + 15 + 3) * 4);
  // The first kernel's 80 bytes leave no room for its bias, which fills the next shard.
  EXPECT_EQ(map["weight_map"]["/layers/dense/vars"].size(), 2u);
  EXPECT_EQ(map["weight_map"].size(), 3u);
  EXPECT_THAT(std::string(SaveWeights(Env::Posix(), path, *net, {.max_shard_gib = 1e-9}).message()),
              HasSubstr("expected at most"));
  ASSERT_TRUE(
      Env::Posix()
          .WriteFileAtomically(path, R"({"weight_map": {"/vars": "../elsewhere.weights.h5"}})")
          .ok());
  EXPECT_THAT(std::string(LoadWeights(Env::Posix(), path, *net).status().message()),
              HasSubstr("expected names of files beside it"));
}

TEST(WeightsFile, LoadsKeras2FilesByName) {
  const Sequential net = Net();
  ASSERT_TRUE(net->Initialize(4).ok());
  const std::string path = TempPath("by_name.h5");
  ASSERT_EQ(SaveWeights(Env::Posix(), path, *net), absl::OkStatus());
  const Sequential other = Other(3, "another");
  const std::vector<Tensor> before = other->GetWeights();
  ASSERT_TRUE(LoadWeights(Env::Posix(), path, *other, {.by_name = true}).ok());
  EXPECT_EQ(other->GetWeights()[0], net->GetWeights()[0]);
  EXPECT_EQ(other->GetWeights().back(), before.back());
}

TEST(WeightsFile, WantsAKnownEnding) {
  EXPECT_THAT(std::string(SaveWeights(Env::Posix(), TempPath("x.bin"), *Net()).message()),
              HasSubstr("expected a file that ends in .weights.h5"));
  EXPECT_FALSE(LoadWeights(Env::Posix(), TempPath("absent.weights.h5"), *Net()).ok());
}

TEST(TransferWeights, TakesOverWhatIsShared) {
  const Sequential net = Net();
  ASSERT_TRUE(net->Initialize(4).ok());
  const Sequential other = Other(7);
  const auto count = TransferWeights(*net, *other);
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 6);  // all but the last layer's two
  EXPECT_EQ(other->GetWeights()[0], net->GetWeights()[0]);
}

}  // namespace
}  // namespace tricorn::keras
