#include "core/keras/layers/preprocessing/encode_categories.h"

#include <algorithm>

#include "core/backend/cpu/compute_on_host.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

absl::Status FromJson(const Json& json, CategoryOutput* out) {
  if (json == Json("binary")) {
    *out = CategoryOutput::kMultiHot;
    return absl::OkStatus();
  }
  if (json == Json("tf-idf")) {
    *out = CategoryOutput::kTfIdf;
    return absl::OkStatus();
  }
  return EnumFromJson(json, kCategoryOutputs, out);
}

absl::Status ExpectOutput(CategoryOutput output, std::initializer_list<CategoryOutput> allowed) {
  if (std::find(allowed.begin(), allowed.end(), output) != allowed.end()) return absl::OkStatus();
  std::string names;
  for (const CategoryOutput one : allowed) {
    names += (names.empty() ? "" : ", ") + std::string(kCategoryOutputs[static_cast<size_t>(one)]);
  }
  return InvalidArgument("output_mode: expected one of {}, received {}", names,
                         kCategoryOutputs[static_cast<size_t>(output)]);
}

ir::Value EncodeCategories(ir::Value indices, CategoryOutput output, int64_t depth, DType dtype,
                           ir::Value weights) {
  if (output == CategoryOutput::kInt) return ops::Cast(indices, dtype);
  if (!IsInteger(indices.dtype())) indices = ops::Cast(indices, DType::kI32);
  if (indices.rank() == 0) indices = ops::ExpandDims(indices, {0});
  if (output == CategoryOutput::kOneHot) {
    if (indices.rank() > 1 && indices.dim(-1) == 1) indices = ops::Squeeze(indices, {-1});
    return ops::OneHot(indices, depth, -1, dtype);
  }
  const ops::Axes counted = {indices.rank() > 1 ? 1 : 0};
  ir::Value hot = ops::OneHot(indices, depth, -1, weights ? weights.dtype() : dtype);
  if (output == CategoryOutput::kMultiHot) return ops::Max(hot, counted);
  if (weights) hot = hot * ops::ExpandDims(weights, {-1});
  return ops::Sum(hot, counted);
}

absl::StatusOr<Tensor> EncodeOnHost(const Tensor& indices, CategoryOutput output, int64_t depth,
                                    DType dtype) {
  if (output == CategoryOutput::kInt) return indices.Cast(dtype);
  ASSIGN_OR_RETURN(const std::vector<Tensor> encoded,
                   backend::cpu::ComputeOnHost({indices}, [&](ir::Operands x) -> ir::Values {
                     return {EncodeCategories(x[0], output, depth, dtype)};
                   }));
  return encoded[0];
}

SymbolicType EncodedType(const SymbolicShape& indices, CategoryOutput output,
                         std::optional<int64_t> depth, DType dtype) {
  SymbolicType type{dtype, indices};
  if (output == CategoryOutput::kInt) return type;
  SymbolicShape& shape = type.shape;
  if (output == CategoryOutput::kOneHot) {
    if (shape.size() > 1 && shape.back() == 1) shape.pop_back();
  } else if (!shape.empty()) {
    shape.erase(shape.begin() + (shape.size() > 1 ? 1 : 0));
  }
  shape.push_back(depth);
  return type;
}

}  // namespace tricorn::keras
