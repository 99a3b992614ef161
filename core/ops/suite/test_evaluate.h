#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/ir/builder.h"

// For tests of functions that are made of ops.

namespace tricorn::ops {

inline Tensor Vector(const std::vector<double>& values) {
  return Tensor::From<double>({static_cast<int64_t>(values.size())}, values);
}
inline Tensor Matrix(int64_t rows, const std::vector<double>& values) {
  return Tensor::From<double>({rows, static_cast<int64_t>(values.size()) / rows}, values);
}

inline std::vector<double> Numbers(const Tensor& tensor) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) numbers.push_back(tensor.At(i));
  return numbers;
}

// The results of the function `build(builder, values of the inputs)`, on `device`.
template <typename Device, typename Build>
std::vector<Tensor> EvaluateOn(Device& device, const std::vector<Tensor>& inputs, Build build) {
  ir::Builder builder;
  ir::Values x;
  for (const Tensor& input : inputs) {
    x.push_back(builder.Input("x" + std::to_string(x.size()), {input.dtype(), input.shape()}));
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (const ir::Value& y : build(builder, x)) {
    outputs.emplace_back("y" + std::to_string(outputs.size()), y);
  }
  const absl::StatusOr<ir::Graph> graph = builder.Finish(outputs);
  EXPECT_TRUE(graph.ok()) << graph.status();
  if (!graph.ok()) return {};
  const auto results = device.Evaluate(*graph, inputs);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() ? *results : std::vector<Tensor>();
}

// What the builder says after `build`, which is to record an error.
template <typename Build>
absl::Status ErrorOf(const std::vector<ir::Type>& types, Build build) {
  ir::Builder builder;
  ir::Values x;
  for (const ir::Type& type : types) {
    x.push_back(builder.Input("x" + std::to_string(x.size()), type));
  }
  build(builder, x);
  return builder.status();
}

}  // namespace tricorn::ops
