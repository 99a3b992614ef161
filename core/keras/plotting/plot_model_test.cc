#include "core/keras/plotting/plot_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/merging/add.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/sequential.h"
#include "core/keras/plotting/layout.h"

namespace tricorn::keras {
namespace {

using testing::HasSubstr;

Functional Diamond() {
  const KerasTensor x = Input({.shape = {{4}}, .name = "x"});
  const KerasTensor a = Dense({.units = 3, .activation = "relu"}, {.name = "a"})(x);
  const KerasTensor b = Dense({.units = 3}, {.name = "b", .trainable = false})(x);
  const Sequential inner({Input({.shape = {{3}}}), Dense({.units = 2}, {.name = "first"}),
                          Dense({.units = 1}, {.name = "second"})},
                         {.name = "inner"});
  return Functional(x, inner(Add({}, {.name = "sum"})({a, b})));
}

TEST(ModelToDot, HasTheBoxesAndEdgesOfKeras) {
  const Functional model = Diamond();
  ASSERT_TRUE(model->status().ok()) << model->status();
  const auto dot = ModelToDot(*model, {.show_shapes = true, .show_trainable = true});
  ASSERT_TRUE(dot.ok()) << dot.status();
  EXPECT_THAT(*dot, HasSubstr("rankdir=TB;\nconcentrate=True;\ndpi=200;\nsplines=ortho;"));
  EXPECT_THAT(*dot, HasSubstr("<b>a</b> (Dense)"));
  EXPECT_THAT(*dot, HasSubstr("Input shape: <b>[(None, 3), (None, 3)]</b>"));
  EXPECT_THAT(*dot, HasSubstr("firebrick"));
  EXPECT_THAT(*dot, HasSubstr("0 -> 1 [penwidth=2];\n"));
  EXPECT_THAT(*dot, HasSubstr("3 -> 4 [penwidth=2];\n}\n"));
}

TEST(ModelToDot, ExpandsModelsInside) {
  const Functional model = Diamond();
  const auto dot = ModelToDot(*model, {.expand_nested = true});
  ASSERT_TRUE(dot.ok()) << dot.status();
  EXPECT_THAT(*dot, HasSubstr("subgraph \"cluster_inner\" {\nstyle=dashed;\nlabel=\"inner\";"));
  EXPECT_THAT(*dot, HasSubstr("4 -> 5 [penwidth=2];\n"));  // first to second
  EXPECT_THAT(*dot, HasSubstr("3 -> 4 [penwidth=2];\n"));  // sum to first
}

TEST(ModelToSvg, DrawsTheSameBytesEachTime) {
  const Functional model = Diamond();
  const PlotOptions options = {
      .show_shapes = true, .expand_nested = true, .show_layer_activations = true};
  const auto svg = ModelToSvg(*model, options);
  ASSERT_TRUE(svg.ok()) << svg.status();
  EXPECT_EQ(*svg, *ModelToSvg(*model, options));
  EXPECT_THAT(*svg, HasSubstr("Activation: relu"));
  EXPECT_THAT(*svg, HasSubstr("stroke-dasharray"));
}

TEST(ModelToSvg, NeedsAnInputShape) {
  const Sequential model({Dense({.units = 3})}, {.name = "bare"});
  EXPECT_EQ(std::string(ModelToSvg(*model).status().message()),
            "bare: expected a model with an input shape, to draw it");
  EXPECT_EQ(std::string(ModelToDot(*Diamond(), {.rankdir = "XY"}).status().message()),
            "rankdir: expected TB or LR, received 'XY'");
}

TEST(Layout, PutsBoxesBelowThoseThatFeedThemAndApart) {
  const std::vector<Size> boxes(5, {100, 40});
  const std::vector<std::pair<int, int>> edges = {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 4}, {3, 4}};
  const Layout layout = MakeLayout(boxes, edges, false);
  for (size_t i = 0; i < edges.size(); ++i) {
    const auto [from, to] = edges[i];
    EXPECT_LT(layout.boxes[static_cast<size_t>(from)].y + 40,
              layout.boxes[static_cast<size_t>(to)].y);
    EXPECT_GE(layout.routes[i].size(), 2u);
  }
  EXPECT_EQ(layout.routes[4].size(), 4u);  // past two layers
  for (size_t a = 0; a < boxes.size(); ++a) {
    for (size_t b = a + 1; b < boxes.size(); ++b) {
      const bool apart = std::abs(layout.boxes[a].x - layout.boxes[b].x) >= 100 ||
                         std::abs(layout.boxes[a].y - layout.boxes[b].y) >= 40;
      EXPECT_TRUE(apart) << a << " and " << b;
    }
    EXPECT_LE(layout.boxes[a].x + 100, layout.size.width);
  }
}

}  // namespace
}  // namespace tricorn::keras
