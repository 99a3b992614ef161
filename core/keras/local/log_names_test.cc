// Names of the logs of several outputs, with the numbers of Keras 3.15.1:
//   model.compile(SGD(0.0), ...); model.test_on_batch([a, b], y, return_dict=True)

#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/local/local_model.h"
#include "core/keras/models/functional.h"

namespace tricorn::keras {
namespace {

// What a layer "head" makes of two inputs, which is their sums: (3, 1) and (8, 1).
struct TwoHeads {
  KerasTensor a = Input({.shape = {{2}}, .name = "a"});
  KerasTensor b = Input({.shape = {{2}}, .name = "b"});
  Dense head = Dense({.units = 1, .kernel_initializer = "ones"}, {.name = "head"});
  Nest<KerasTensor> inputs = {a, b};
};

// A list, or a dictionary.
LocalModel ListModel() {
  TwoHeads net;
  return LocalModel(Functional(net.inputs, {net.head(net.a), net.head(net.b)}));
}

LocalModel DictModel() {
  TwoHeads net;
  return LocalModel(Functional(net.inputs, Nest<KerasTensor>(Nest<KerasTensor>::Dict{
                                               {"p", net.head(net.a)}, {"n", net.head(net.b)}})));
}

Tensor Rows(int64_t columns, const std::vector<float>& values) {
  return Tensor::From<float>({2, columns}, values);
}

const Tensor& YOfA() {
  static const Tensor y = Rows(1, {1, 2});
  return y;
}
const Tensor& YOfB() {
  static const Tensor y = Rows(1, {4, 0});
  return y;
}

Logs Tested(LocalModel model, const Arrays& y, const std::string& loss,
            const std::string& loss_weights, const std::string& metrics,
            const std::string& weighted_metrics = "null") {
  EXPECT_EQ(model.Compile({.optimizer = "sgd",
                           .loss = *Json::Parse(loss),
                           .loss_weights = *Json::Parse(loss_weights),
                           .metrics_json = *Json::Parse(metrics),
                           .weighted_metrics_json = *Json::Parse(weighted_metrics)}),
            absl::OkStatus());
  const auto logs = model.TestOnBatch({Rows(2, {1, 2, 0, 1}), Rows(2, {3, 5, 2, -1})}, {.y = y});
  EXPECT_TRUE(logs.ok()) << logs.status();
  return logs.ok() ? *logs : Logs();
}

TEST(LogNames, AreTheKeysOfADictionary) {
  const Arrays y(Arrays::Dict{{"p", YOfA()}, {"n", YOfB()}});
  EXPECT_EQ(Tested(DictModel(), y, R"("mse")", "null", R"({"p": ["mae"], "n": ["mse"]})"),
            (Logs{{"loss", 11}, {"n_loss", 8.5}, {"n_mse", 8.5}, {"p_loss", 2.5}, {"p_mae", 1.5}}));
}

// Metrics of one name are numbered; of losses of one name the last stays.
TEST(LogNames, OfALayerCalledTwiceAreNumberedForMetricsAlone) {
  EXPECT_EQ(Tested(ListModel(), {YOfA(), YOfB()}, R"(["mse", "mae"])", "[1, 0.5]",
                   R"([["mae"], ["mae", "mse"]])"),
            (Logs{{"head_loss", 2.5},
                  {"head_mae", 1.5},
                  {"head_mae_1", 2.5},
                  {"head_mse", 8.5},
                  {"loss", 3.75}}));
  EXPECT_EQ(Tested(ListModel(), {YOfA(), YOfB()}, R"("mse")", "null", R"([["mae"], ["mae"]])",
                   R"([["mae"], ["mae"]])"),
            (Logs{{"head_loss", 8.5},
                  {"head_mae", 1.5},
                  {"head_mae_1", 2.5},
                  {"head_weighted_mae", 1.5},
                  {"head_weighted_mae_1", 2.5},
                  {"loss", 11}}));
}

TEST(LogNames, OfCompilesDictionariesStandForEveryOutputOfTheName) {
  EXPECT_EQ(Tested(ListModel(), {YOfA(), YOfB()}, R"({"head": "mse"})", R"({"head": 2})",
                   R"({"head": ["mae"]})"),
            (Logs{{"head_loss", 8.5}, {"head_mae", 1.5}, {"head_mae_1", 2.5}, {"loss", 22}}));
}

TEST(LogNames, OfLabelsStandForEveryOutputOfTheName) {
  EXPECT_EQ(Tested(ListModel(), Arrays(Arrays::Dict{{"head", YOfA()}}), R"("mse")", "null", "null"),
            (Logs{{"head_loss", 25}, {"loss", 27.5}}));
}

}  // namespace
}  // namespace tricorn::keras
