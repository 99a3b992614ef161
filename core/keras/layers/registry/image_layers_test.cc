// What image layers do to boxes, masks and labels beside images, and that they draw what they say.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/backend/reference/reference.h"
#include "core/keras/layers/registry/all_layers.h"
#include "core/keras/saving/builtin_objects.h"

namespace tricorn::keras {
namespace {

using Inputs = std::vector<std::pair<std::string, Tensor>>;

std::shared_ptr<Layer> Make(const std::string& class_name, const std::string& config) {
  const Registries objects = BuiltinObjects();
  auto layer = Deserializer(objects).Object<Layer>(
      Json::MakeObject({{"class_name", class_name}, {"config", *Json::Parse(config)}}));
  EXPECT_TRUE(layer.ok()) << layer.status();
  return *layer;
}

// Inputs "images", "labels", "boxes", "box_labels" and "segmentation_masks" of one training call,
// or "images" alone without a dictionary; the outputs in the order that the layer gives.
absl::StatusOr<std::vector<Tensor>> Call(Layer& layer, const Inputs& inputs, uint32_t seed = 0) {
  ir::Builder builder;
  CallContext context(builder, true);
  Nest<ir::Value>::Dict dict, boxes;
  std::vector<Tensor> values;
  for (const auto& [name, value] : inputs) {
    const ir::Value input = builder.Input(name, {value.dtype(), value.shape()});
    values.push_back(value);
    if (name == "boxes" || name == "box_labels") {
      boxes.emplace_back(name == "boxes" ? "boxes" : "labels", Nest<ir::Value>(input));
    } else {
      dict.emplace_back(name, Nest<ir::Value>(input));
    }
  }
  if (!boxes.empty()) dict.emplace_back("bounding_boxes", Nest<ir::Value>(boxes));
  const CallArguments<ir::Value> arguments(
      {inputs.size() == 1 ? dict[0].second : Nest<ir::Value>(dict)});
  RETURN_IF_ERROR(layer.Build(arguments.Map([](const ir::Value& value) {
    return SymbolicType{value.dtype(), ToSymbolic(value.shape())};
  })));
  layer.AssignPaths("layer");
  const ir::Values outputs = layer.CallWith(context, arguments);
  std::vector<std::pair<std::string, ir::Value>> named;
  for (const ir::Value& output : outputs)
    named.emplace_back(fmt::format("y{}", named.size()), output);
  ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish(named));
  for (const auto& read : context.reads()) {
    EXPECT_EQ(read.variable->type.dtype, DType::kU32);
    values.push_back(Tensor::From<uint32_t>({2}, std::vector<uint32_t>{seed, 7}));
  }
  return backend::MakeReferenceDevice()->Evaluate(graph, values);
}

Tensor F32(Shape shape, std::vector<double> values) {
  return Tensor::From<double>(std::move(shape), values).Cast(DType::kF32);
}

// One image of 12 x 10 with a square of `value` where the box (3, 2, 6, 5) is.
Tensor SquareImage(double value) {
  Tensor image(DType::kF32, {1, 12, 10, 1});
  for (int64_t row = 2; row < 5; ++row) {
    for (int64_t column = 3; column < 6; ++column)
      image.data<float>()[row * 10 + column] = static_cast<float>(value);
  }
  return image;
}

struct Moving {
  const char* class_name;
  const char* config;
};

class MovesBoxes : public testing::TestWithParam<Moving> {};

// The box around what is left of the square lies within a pixel of the box that was moved.
TEST_P(MovesBoxes, AsTheirPixels) {
  const Tensor image = SquareImage(1);
  for (uint32_t seed = 0; seed < 4; ++seed) {
    const auto outputs = Call(*Make(GetParam().class_name, GetParam().config),
                              {{"images", image},
                               {"segmentation_masks", image},
                               {"boxes", F32({1, 1, 4}, {3, 2, 6, 5})},
                               {"box_labels", F32({1, 1}, {4})}},
                              seed);
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    ASSERT_EQ(outputs->size(), 4u);  // boxes, their labels, images, masks
    const Tensor& mask = (*outputs)[3];
    double low_x = 1e9, low_y = 1e9, high_x = -1, high_y = -1;
    const int64_t rows = mask.shape()[1], columns = mask.shape()[2];
    for (int64_t i = 0; i < rows * columns; ++i) {
      if (mask.At(i) == 0) continue;
      const auto x = static_cast<double>(i % columns), y = static_cast<double>(i / columns);
      low_x = std::min(low_x, x);
      low_y = std::min(low_y, y);
      high_x = std::max(high_x, x + 1);
      high_y = std::max(high_y, y + 1);
    }
    if (high_x < 0) {
      continue;  // moved out of the image
    }
    const double expected[] = {low_x, low_y, high_x, high_y};
    for (int64_t side = 0; side < 4; ++side) {
      EXPECT_NEAR((*outputs)[0].At(side), expected[side], 1.6)
          << "side " << side << ", seed " << seed;
    }
    EXPECT_EQ((*outputs)[1].At(0), 4);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layers, MovesBoxes,
    testing::Values(
        Moving{"RandomFlip", R"({"bounding_box_format": "xyxy"})"},
        Moving{"RandomTranslation",
               R"({"height_factor": 0.3, "width_factor": 0.2, "fill_mode": "constant",
                   "bounding_box_format": "xyxy"})"},
        Moving{"RandomZoom", R"({"height_factor": 0.3, "fill_mode": "constant",
                                 "bounding_box_format": "xyxy"})"},
        Moving{"RandomRotation", R"({"factor": 0.05, "fill_mode": "constant",
                                     "bounding_box_format": "xyxy"})"},
        Moving{"RandomShear", R"({"x_factor": 0.2, "y_factor": 0.1, "fill_mode": "constant",
                                  "bounding_box_format": "xyxy"})"},
        Moving{"RandomPerspective", R"({"scale": 0.3, "factor": [1, 1],
                                        "bounding_box_format": "xyxy"})"},
        Moving{"RandomCrop", R"({"height": 9, "width": 8, "bounding_box_format": "xyxy"})"},
        Moving{"CenterCrop", R"({"height": 10, "width": 8, "bounding_box_format": "xyxy"})"},
        Moving{"Resizing", R"({"height": 24, "width": 15, "bounding_box_format": "xyxy"})"}),
    [](const auto& info) { return info.param.class_name; });

TEST(ImageLayer, TakesBoxesOfAnyFormatAndMarksLostOnes) {
  const auto layer =
      Make("CenterCrop", R"({"height": 4, "width": 4, "bounding_box_format": "rel_xyxy"})");
  const auto outputs =
      Call(*layer, {{"images", Tensor(DType::kF32, {1, 8, 8, 1})},
                    {"boxes", F32({1, 2, 4}, {0.25, 0.25, 0.5, 0.75, 0, 0, 0.1, 0.1})},
                    {"box_labels", F32({1, 2}, {1, 2})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const double expected[] = {0, 0, 0.5, 1};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR((*outputs)[0].At(i), expected[i], 1e-6);
  EXPECT_EQ((*outputs)[1].At(0), 1);
  EXPECT_EQ((*outputs)[1].At(1), -1);
}

TEST(ImageLayer, TakesOneImageWithoutABatch) {
  const auto outputs = Call(*Make("Resizing", R"({"height": 2, "width": 3})"),
                            {{"images", Tensor(DType::kU8, {4, 6, 3})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ((*outputs)[0].shape(), (Shape{2, 3, 3}));
  EXPECT_EQ((*outputs)[0].dtype(), DType::kU8);
}

TEST(ImageLayer, RefusesBoxesWithoutAFormat) {
  const Inputs inputs = {{"images", Tensor(DType::kF32, {1, 8, 8, 3})},
                         {"boxes", Tensor(DType::kF32, {1, 2, 4})},
                         {"box_labels", Tensor(DType::kF32, {1, 2})}};
  EXPECT_EQ(Call(*Make("RandomFlip", "{}"), inputs).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Call(*Make("CutMix", R"({"bounding_box_format": "xyxy"})"), inputs).status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(
      Call(*Make("RandomFlip", "{}"), {{"images", Tensor(DType::kF32, {8, 8})}}).status().code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(MaxNumBoundingBoxes, PadsAndCuts) {
  for (const int64_t number : {1, 3}) {
    const auto outputs =
        Call(*Make("MaxNumBoundingBoxes", fmt::format(R"({{"max_number": {}}})", number)),
             {{"images", Tensor(DType::kF32, {1, 2, 2, 1})},
              {"boxes", F32({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})},
              {"box_labels", F32({1, 2}, {1, 2})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    EXPECT_EQ((*outputs)[0].shape(), (Shape{1, number, 4}));
    EXPECT_EQ((*outputs)[1].At(0), 1);
    if (number == 3) {
      EXPECT_EQ((*outputs)[1].At(2), -1);
    }
  }
}

TEST(MixUp, MixesLabelsAsImages) {
  Tensor labels(DType::kF32, {8, 8});
  for (int64_t i = 0; i < 8; ++i) labels.data<float>()[i * 9] = 1;
  const auto outputs = Call(*Make("MixUp", R"({"alpha": 2})"),
                            {{"images", labels.Reshaped({8, 2, 4, 1})}, {"labels", labels}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  bool mixed = false;
  for (int64_t i = 0; i < 64; ++i) {
    EXPECT_EQ((*outputs)[0].At(i), (*outputs)[1].At(i));
    mixed |= (*outputs)[0].At(i) > 0.01 && (*outputs)[0].At(i) < 0.99;
  }
  EXPECT_TRUE(mixed);
}

TEST(CutMix, MixesLabelsByTheAreaThatWasCut) {
  Tensor images(DType::kF32, {6, 40, 40, 1});
  Tensor labels(DType::kF32, {6, 6});
  for (int64_t i = 0; i < 6; ++i) {
    std::fill_n(images.data<float>() + i * 1600, 1600, static_cast<float>(i));
    labels.data<float>()[i * 7] = 1;
  }
  const auto outputs = Call(*Make("CutMix", "{}"), {{"images", images}, {"labels", labels}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  for (int64_t i = 0; i < 6; ++i) {
    int64_t kept = 0;
    for (int64_t p = 0; p < 1600; ++p)
      kept += (*outputs)[0].At(i * 1600 + p) == static_cast<double>(i);
    EXPECT_NEAR((*outputs)[1].At(i * 7), static_cast<double>(kept) / 1600, 0.06);
  }
}

// The mean over many images of what a layer does to flat ones, against what it is drawn from.
struct Drawing {
  const char* name;
  const char* class_name;
  const char* config;
  double pixel;  // of every image
  double mean;
  double tolerance;
};

class Draws : public testing::TestWithParam<Drawing> {};

TEST_P(Draws, WhatItSays) {
  const Drawing& drawing = GetParam();
  Tensor images(DType::kF32, {2000, 2, 2, 3});
  std::fill_n(images.data<float>(), images.num_elements(), static_cast<float>(drawing.pixel));
  const auto outputs = Call(*Make(drawing.class_name, drawing.config), {{"images", images}}, 11);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  double sum = 0, low = 1e9, high = -1e9;
  for (int64_t i = 0; i < images.num_elements(); ++i) {
    sum += (*outputs)[0].At(i);
    low = std::min(low, (*outputs)[0].At(i));
    high = std::max(high, (*outputs)[0].At(i));
  }
  EXPECT_NEAR(sum / static_cast<double>(images.num_elements()), drawing.mean, drawing.tolerance);
  EXPECT_LT(low, high);
}

INSTANTIATE_TEST_SUITE_P(
    Layers, Draws,
    testing::Values(
        Drawing{"Brightness", "RandomBrightness", R"({"factor": [0.1, 0.3]})", 100, 151, 1.5},
        Drawing{"Invert", "RandomInvert", R"({"factor": [0.25, 0.25]})", 55, 91.25, 3},
        Drawing{"InvertByDrawnChance", "RandomInvert", R"({"factor": 1})", 55, 127.5, 4},
        Drawing{"Posterization", "RandomPosterization", R"({"factor": [1, 3]})", 255, 160, 3},
        Drawing{"Solarization", "Solarization", R"({"threshold_factor": 1})", 51, 81.6, 4},
        Drawing{"Erasing", "RandomErasing",
                R"({"factor": [1, 1], "scale": [0.25, 0.25], "fill_value": 0})", 100, 75, 3}),
    [](const auto& info) { return info.param.name; });

TEST(RandomFlip, FlipsHalfOfTheImages) {
  Tensor images(DType::kF32, {2000, 1, 2, 1});
  for (int64_t i = 0; i < 2000; ++i) images.data<float>()[2 * i] = 1;
  const auto outputs =
      Call(*Make("RandomFlip", R"({"mode": "horizontal"})"), {{"images", images}}, 5);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  double flipped = 0;
  for (int64_t i = 0; i < 2000; ++i) flipped += (*outputs)[0].At(2 * i + 1);
  EXPECT_NEAR(flipped, 1000, 110);
}

}  // namespace
}  // namespace tricorn::keras
