#include "core/keras/serialization/snake_case.h"

#include <gtest/gtest.h>

namespace tricorn::keras {
namespace {

TEST(ToSnakeCase, NamesAsKerasDoes) {
  EXPECT_EQ(ToSnakeCase("Dense"), "dense");
  EXPECT_EQ(ToSnakeCase("Conv2DTranspose"), "conv2d_transpose");
  EXPECT_EQ(ToSnakeCase("MultiHeadAttention"), "multi_head_attention");
  EXPECT_EQ(ToSnakeCase("GRUCell"), "gru_cell");
  EXPECT_EQ(ToSnakeCase("LSTM"), "lstm");
  EXPECT_EQ(ToSnakeCase("PReLU"), "p_re_lu");
  EXPECT_EQ(ToSnakeCase("ReLU"), "re_lu");
  EXPECT_EQ(ToSnakeCase("AdamW"), "adam_w");
  EXPECT_EQ(ToSnakeCase("MaxPooling2D"), "max_pooling2d");
}

}  // namespace
}  // namespace tricorn::keras
