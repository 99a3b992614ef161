#include "core/keras/models/quantize.h"

#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/einsum_dense.h"
#include "core/keras/layers/core/embedding.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/reshaping/flatten.h"
#include "core/keras/models/sequential.h"

namespace tricorn::keras {
namespace {

Sequential Classifier() {
  return Sequential({Input({.shape = {{4}}, .dtype = DType::kI32}),
                     Embedding({.input_dim = 9, .output_dim = 6}, {.name = "table"}), Flatten(),
                     Dense({.units = 5, .activation = "relu"}, {.name = "hidden"}),
                     Dense({.units = 3}, {.name = "logits"})});
}

TEST(Quantize, ReplacesWeightsAndReports) {
  const Sequential model = Classifier();
  const auto report = Quantize(*model, "int8");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->quantized, (std::vector<std::string>{"table", "hidden", "logits"}));
  ASSERT_EQ(report->skipped.size(), 1u);
  EXPECT_EQ(report->skipped[0].first, "flatten");
  EXPECT_LT(report->nbytes_after, report->nbytes_before / 2);
  for (const Variable* variable : model->weights()) EXPECT_TRUE(variable->has_value());
  const auto dense = *model->GetLayer("hidden");
  EXPECT_EQ(dense->dtype_policy().name(), "int8_from_float32");
  EXPECT_EQ(dense->GetConfig()["quantization_config"]["class_name"],
            Json("Int8QuantizationConfig"));
  EXPECT_EQ(dense->saved_variables()[0]->type.dtype, DType::kI8);
  // A second time is refused.
  EXPECT_EQ(Quantize(*model, "int8").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Quantize, FiltersByName) {
  const Sequential model = Classifier();
  const auto report = Quantize(*model, "int4", {"^hid"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->quantized, std::vector<std::string>{"hidden"});
  EXPECT_EQ(Quantize(*model, "int4", {"("}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Quantize, NamesWhatDoesNotFit) {
  const Sequential model = Classifier();
  EXPECT_EQ(Quantize(*model, "int9").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Quantize(*model, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Quantize(*model, GPTQConfig()).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(EnableLora, TrainsTheFactorsAlone) {
  const Sequential model = Classifier();
  const auto dense = std::dynamic_pointer_cast<layers::Dense>(*model->GetLayer("hidden"));
  ASSERT_TRUE(dense->EnableLora({.rank = 2, .alpha = 8}).ok());
  EXPECT_EQ(dense->config().lora_rank, 2);
  std::vector<std::string> trainable;
  for (const Variable* variable : dense->trainable_weights()) trainable.push_back(variable->name);
  EXPECT_EQ(trainable, (std::vector<std::string>{"bias", "lora_kernel_a", "lora_kernel_b"}));
  for (const Variable* variable : dense->weights()) EXPECT_TRUE(variable->has_value());
  EXPECT_EQ(dense->EnableLora({.rank = 2}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(EnableLora, FilesGetTheSum) {
  for (const char* mode : {"", "int8", "int4"}) {
    const Sequential fresh = Classifier();
    const auto dense = std::dynamic_pointer_cast<layers::Dense>(*fresh->GetLayer("hidden"));
    if (*mode != 0) {
      ASSERT_TRUE(dense->Quantize(QuantizationConfigRef(mode).get()).ok());
    }
    ASSERT_TRUE(dense->EnableLora({.rank = 1}).ok());
    const std::vector<Tensor> before = *dense->SavedValues();
    for (Variable* variable : dense->own_variables()) {
      if (variable->name == "lora_kernel_b") variable->value.data<float>()[0] = 10;
    }
    const std::vector<Tensor> after = *dense->SavedValues();
    ASSERT_EQ(after.size(), before.size()) << mode;
    EXPECT_FALSE(after[0] == before[0]) << mode;
    for (size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].shape(), before[i].shape());
  }
}

}  // namespace
}  // namespace tricorn::keras
