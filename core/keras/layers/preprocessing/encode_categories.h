#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/ir/builder.h"
#include "core/keras/layers/enum_json.h"
#include "core/keras/layers/symbolic_type.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// What layers give for the indices that they find.
enum class CategoryOutput : uint8_t { kInt, kOneHot, kMultiHot, kCount, kTfIdf };
inline constexpr std::array<std::string_view, 5> kCategoryOutputs = {"int", "one_hot", "multi_hot",
                                                                     "count", "tf_idf"};
inline Json ToJson(CategoryOutput output) { return EnumToJson(output, kCategoryOutputs); }
// Keras's older names "binary" and "tf-idf" too.
absl::Status FromJson(const Json& json, CategoryOutput* out);
// Errors: InvalidArgument unless `output` is one of `allowed`.
absl::Status ExpectOutput(CategoryOutput output, std::initializer_list<CategoryOutput> allowed);

// Integers within [0, depth) in the given form; others count nowhere.
//   int       indices themselves
//   one_hot   (..., depth), without a last axis of length 1
//   multi_hot, count: 1s, or the number of times, over axis 1 (the only one of a vector): with
//             `weights` of the indices' shape their sums, in the weights' dtype
ir::Value EncodeCategories(ir::Value indices, CategoryOutput output, int64_t depth, DType dtype,
                           ir::Value weights = {});

// The same of host values, and of types.
absl::StatusOr<Tensor> EncodeOnHost(const Tensor& indices, CategoryOutput output, int64_t depth,
                                    DType dtype);
SymbolicType EncodedType(const SymbolicShape& indices, CategoryOutput output,
                         std::optional<int64_t> depth, DType dtype);

}  // namespace tricorn::keras
