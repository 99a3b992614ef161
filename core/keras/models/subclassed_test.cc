#include "core/keras/models/subclassed.h"

#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/sequential.h"
#include "core/keras/serialization/deserializer.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

struct PairConfig {
  int64_t units = 2;
  FIELDS(units)
};
// Two layers, of which the second sees the first's output; a penalty on what comes out.
class Pair : public LayerWith<Pair, PairConfig, models::Subclassed> {
 public:
  static constexpr std::string_view kClassName = "Pair";
  static constexpr std::string_view kRegisteredName = "tests>Pair";
  explicit Pair(PairConfig config = {}, LayerOptions options = {})
      : LayerWith(config, std::move(options)),
        hidden_({.units = config.units, .activation = "relu"}),
        out_({.units = 1}) {}

  std::vector<Child> children() const override {
    return {{.attribute = "hidden", .layer = hidden_}, {.attribute = "out", .layer = out_}};
  }
  void AddStepLosses(CallContext& context, const StepValues& values) override {
    context.AddLoss(ops::Mean(ops::Square(values.y_pred[0])), true);
  }

 protected:
  Nest<KerasTensor> Compose(const Nest<KerasTensor>& x) override { return out_(hidden_(x.leaf())); }

 private:
  Dense hidden_, out_;
};

TEST(Subclassed, LearnsItsInputsWhenBuilt) {
  const auto model = std::make_shared<Pair>(PairConfig{.units = 3});
  EXPECT_EQ(model->graph(), nullptr);
  ASSERT_TRUE(model
                  ->BuildForInputs(CallArguments<SymbolicType>(
                      {Nest<SymbolicType>(SymbolicType{DType::kF32, {std::nullopt, 4}})}))
                  .ok());
  EXPECT_EQ(ToString(model->outputs()[0].shape()), "(None, 1)");
  EXPECT_EQ(model->CountParams(), 4 * 3 + 3 + 3 + 1);
  EXPECT_EQ(model->weights()[0]->path, "pair/dense/kernel");
  EXPECT_EQ(model->layers().size(), 2u);
}

TEST(Subclassed, IsMadeFromItsRegisteredName) {
  Registries objects;
  objects.Of<Layer>().Add<Pair>();
  const Pair model({.units = 3}, {.name = "pair"});
  const Json json = model.Serialize();
  EXPECT_EQ(json["module"], Json("tests"));
  EXPECT_EQ(json["registered_name"], Json("tests>Pair"));
  const auto copy = Deserializer(objects).Object<Layer>(json);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ((*copy)->GetConfig(), model.GetConfig());
}

TEST(Subclassed, TakesPartInOtherModels) {
  const auto pair = std::make_shared<Pair>();
  const Sequential model(
      {Input({.shape = {{4}}}), std::shared_ptr<Layer>(pair), Dense({.units = 5})});
  ASSERT_TRUE(model->status().ok()) << model->status();
  EXPECT_EQ(ToString(model->outputs()[0].shape()), "(None, 5)");
}

}  // namespace
}  // namespace tricorn::keras
