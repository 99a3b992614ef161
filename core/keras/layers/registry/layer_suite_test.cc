// What must hold of every layer, on one sample each: a layer without a sample fails.

#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/reference/reference.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/registry/all_layers.h"
#include "core/keras/models/functional.h"
#include "core/keras/saving/keras_file.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::keras {
namespace {

// What a layer cannot show, by its nature.
struct Except {
  bool gradient = false;  // gradients that are declared, not derivatives
  bool half = false;      // outputs that are no half precision floats
  bool run = false;       // a host layer, which runs before a model does
};
constexpr Except kRounds{.gradient = true};
constexpr Except kInnerDType{.half = true};  // its layers have policies of their own
constexpr Except kGivesIntegers{.gradient = true, .half = true};
constexpr Except kRunsOnTheHost{.gradient = true, .half = true, .run = true};

struct Sample {
  std::string class_name;
  std::string config;
  std::vector<Shape> inputs;
  Except except = {};
  bool by_position = false;  // each input is an argument of its own, not an item of a list
};

const std::vector<Sample>& Samples() {
  static const std::vector<Sample> samples = {
#include "core/keras/layers/registry/layer_samples.inc"
  };
  return samples;
}

// Gives a layer's config and those of the layers inside the same dtype.
void SetDType(Json& config, const std::string& dtype) {
  config.Set("dtype", dtype);
  for (const char* key : {"layer", "backward_layer", "cell", "cells"}) {
    if (!config.Has(key) || config[key].is_null()) continue;
    const auto inner = [&](Json object) {
      Json own = object["config"];
      SetDType(own, dtype);
      object.Set("config", own);
      return object;
    };
    if (!config[key].is_array()) {
      config.Set(key, inner(config[key]));
      continue;
    }
    Json::Array list;
    for (const Json& item : config[key].AsArray()) list.push_back(inner(item));
    config.Set(key, list);
  }
}

// The first output; cells of an RNN take the inputs after the first as their states.
KerasTensor CallOf(Layer& layer, const std::vector<KerasTensor>& inputs, bool by_position) {
  if (inputs.size() == 1) return layer(inputs[0]);
  if (by_position) {
    const auto outputs = layer.CallOn(
        CallArguments<KerasTensor>(std::vector<Nest<KerasTensor>>(inputs.begin(), inputs.end())));
    return outputs.ok() ? (*outputs)[0] : KerasTensor(outputs.status());
  }
  if (!layer.class_name().ends_with("Cell") && !layer.class_name().ends_with("Cells")) {
    return layer(inputs);
  }
  const Nest<KerasTensor>::List states(inputs.begin() + 1, inputs.end());
  const auto outputs = layer.CallOn(
      CallArguments<KerasTensor>({Nest<KerasTensor>(inputs[0]), Nest<KerasTensor>(states)}));
  return outputs.ok() ? (*outputs)[0] : KerasTensor(outputs.status());
}

// One layer between inputs, with a free batch axis.
Functional ModelOf(const Sample& sample, const std::string& dtype) {
  Json config = *Json::Parse(sample.config);
  SetDType(config, dtype);
  const Registries objects = BuiltinObjects();
  const auto layer = Deserializer(objects).Object<Layer>(
      Json::MakeObject({{"class_name", sample.class_name}, {"config", config}}));
  EXPECT_TRUE(layer.ok()) << layer.status();
  const DType input_dtype = DTypePolicy(dtype).compute_dtype();
  std::vector<KerasTensor> inputs;
  for (const Shape& shape : sample.inputs) {
    SymbolicShape symbolic = ToSymbolic(shape);
    symbolic[0] = std::nullopt;
    const DType dtype = sample.except.run ? DType::kString : input_dtype;
    inputs.push_back(Input({.batch_shape = symbolic, .dtype = dtype}));
  }
  const KerasTensor output = CallOf(**layer, inputs, sample.by_position);
  return Functional(Nest<KerasTensor>(Nest<KerasTensor>::List(inputs.begin(), inputs.end())),
                    output);
}

// Values away from the kinks of piecewise functions, and none equal to another.
Tensor SampleInput(const Shape& shape, double phase) {
  Tensor t(DType::kF64, shape);
  for (int64_t i = 0; i < t.num_elements(); ++i) {
    t.data<double>()[i] = 1.3 * std::sin(1.7 * static_cast<double>(i) + phase) + 0.01;
  }
  return t;
}

class LayerSuite : public testing::TestWithParam<Sample> {};

TEST_P(LayerSuite, ConfigRoundTrips) {
  const Functional model = ModelOf(GetParam(), "float32");
  ASSERT_TRUE(model->status().ok()) << model->status();
  const Json json = model->layers().back()->Serialize();
  const Registries objects = BuiltinObjects();
  const auto again = Deserializer(objects).Object<Layer>(json);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->GetConfig()["name"], json["config"]["name"]);
  Sample written = GetParam();
  written.config = json["config"].Dump();
  ASSERT_EQ(ModelOf(written, "float32")->layers().back()->GetConfig().Dump(),
            json["config"].Dump());
}

TEST_P(LayerSuite, OutputShapeHoldsForAConcreteBatch) {
  if (GetParam().except.run) return;
  const Functional model = ModelOf(GetParam(), "float32");
  ASSERT_TRUE(model->status().ok()) << model->status();
  ir::Builder builder;
  CallContext context(builder, false);
  ir::Values inputs;
  for (const Shape& shape : GetParam().inputs) {
    inputs.push_back(builder.Input("in" + std::to_string(inputs.size()), {DType::kF32, shape}));
  }
  const ir::Values outputs = model->Apply(context, inputs);
  ASSERT_TRUE(builder.ok()) << builder.status();
  const int64_t batch = GetParam().inputs[0][0];
  EXPECT_EQ(Concrete(model->outputs()[0].type(), batch), outputs[0].type());
}

TEST_P(LayerSuite, ComputesInHalfPrecisionWithFloatWeights) {
  if (GetParam().except.half) return;
  const Functional model = ModelOf(GetParam(), "mixed_bfloat16");
  ASSERT_TRUE(model->status().ok()) << model->status();
  EXPECT_EQ(model->outputs()[0].dtype(), DType::kBF16);
  for (const Variable* variable : model->weights()) EXPECT_EQ(variable->type.dtype, DType::kF32);
}

TEST_P(LayerSuite, SavesAndLoads) {
  const Functional model = ModelOf(GetParam(), "float32");
  ASSERT_TRUE(model->status().ok()) << model->status();
  const auto bytes = SaveBytes(*model, absl::UnixEpoch());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto loaded = LoadBytes(*bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->model->Serialize().Dump(), model->Serialize().Dump());
  const std::vector<Variable*> before = model->weights();
  const std::vector<Variable*> after = loaded->model->weights();
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i]->path, before[i]->path);
    EXPECT_TRUE(BitwiseEqual(after[i]->value, before[i]->value)) << after[i]->path;
  }
}

// d sum(y * r) / d v along a direction, for each input and weight v, against a central difference.
TEST_P(LayerSuite, GradientMatchesFiniteDifference) {
  if (GetParam().except.gradient) return;
  const Functional model = ModelOf(GetParam(), "float64");
  ASSERT_TRUE(model->status().ok()) << model->status();
  const std::unique_ptr<backend::Device> device = backend::MakeReferenceDevice();
  ir::Builder builder;
  CallContext context(builder, true);
  ir::Values xs;
  std::vector<Tensor> values;
  for (const Shape& shape : GetParam().inputs) {
    values.push_back(SampleInput(shape, static_cast<double>(xs.size())));
    xs.push_back(builder.Input("in" + std::to_string(xs.size()), {DType::kF64, shape}));
  }
  const ir::Value y = model->Apply(context, xs)[0];
  ASSERT_TRUE(builder.ok()) << builder.status();
  const size_t num_inputs = xs.size();
  for (const auto& read : context.reads()) {
    if (read.variable->type.dtype == DType::kF64) {
      xs.push_back(read.input);
    }
    values.push_back(read.variable->value);
  }
  const ir::Value weights = builder.Constant(SampleInput(y.shape(), 0.5));
  const ir::Value loss = ops::Sum(y * weights);
  const auto grads = transform::Gradients(builder, {{loss}}, {{ops::OnesLike(loss)}}, xs);
  ASSERT_TRUE(grads.ok()) << grads.status();
  std::vector<std::pair<std::string, ir::Value>> outputs = {{"loss", loss}};
  for (size_t i = 0; i < grads->size(); ++i) {
    outputs.emplace_back("grad" + std::to_string(i), (*grads)[i]);
  }
  const auto graph = builder.Finish(outputs);
  ASSERT_TRUE(graph.ok()) << graph.status();
  const auto at = device->Evaluate(*graph, values);
  ASSERT_TRUE(at.ok()) << at.status();
  size_t grad = 1;
  for (size_t v = 0; v < values.size(); ++v) {
    if (values[v].dtype() != DType::kF64) continue;
    constexpr double kStep = 1e-6;
    const Tensor direction = SampleInput(values[v].shape(), 2.0);
    double expected = 0;
    for (int64_t i = 0; i < direction.num_elements(); ++i) {
      expected += (*at)[grad].At(i) * direction.At(i);
    }
    double ends[2];
    for (const int sign : {0, 1}) {
      std::vector<Tensor> moved = values;
      moved[v] = values[v].Clone();
      for (int64_t i = 0; i < direction.num_elements(); ++i) {
        moved[v].data<double>()[i] += (sign == 0 ? -kStep : kStep) * direction.At(i);
      }
      ends[sign] = (*device->Evaluate(*graph, moved))[0].At(0);
    }
    EXPECT_NEAR((ends[1] - ends[0]) / (2 * kStep), expected, 1e-4 * (1 + std::abs(expected)))
        << (v < num_inputs ? "input " : "variable ") << v;
    ++grad;
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, LayerSuite, testing::ValuesIn(Samples()),
                         [](const auto& info) { return info.param.class_name; });

TEST(LayerSamples, CoverEveryLayer) {
  Registry<Layer> registry;
  AddAllLayers(registry);
  std::vector<std::string> missing;
  for (const auto& [name, factory] : registry.factories()) {
    bool found = name == "InputLayer";
    for (const Sample& sample : Samples()) found |= sample.class_name == name;
    if (!found) missing.push_back(name);
  }
  EXPECT_EQ(missing, std::vector<std::string>());
}

}  // namespace
}  // namespace tricorn::keras
