#pragma once

#include <string>
#include <string_view>

namespace tricorn::keras {

// Keras's `to_snake_case`, which names layers and groups of weights files: "Conv2DTranspose" gives
// "conv2d_transpose", "GRUCell" "gru_cell", "PReLU" "p_re_lu".
std::string ToSnakeCase(std::string_view name);

}  // namespace tricorn::keras
