#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/saturate_cast.h"
#include "core/ops/gather/gather.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/rearrange.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

Values SaturateCast(OpArguments& a) {
  return {ops::SaturateCast(a.Tensor("x"), a.Dtype("dtype", DType::kF32))};
}

Values Erfinv(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Erfinv(IsFloating(x.dtype()) ? x : ops::Cast(x, DType::kF32))};
}

Values InTopK(OpArguments& a) {
  return {ops::InTopK(a.Tensor("targets"), a.Tensor("predictions"), a.Int("k"))};
}

// As many segments as the ids say where the call does not.
template <Value (*f)(Value, Value, int64_t)>
Values Segments(OpArguments& a) {
  const Value ids = a.Tensor("segment_ids");
  const int64_t num_segments =
      a.Has("num_segments") ? a.Int("num_segments") : a.LengthFrom(ops::Max(ids) + 1);
  return {f(a.Tensor("data"), ids, num_segments)};
}

Values Einsum(OpArguments& a) {
  return {ops::Einsum(a.Text("subscripts", std::nullopt), a.Tensors("operands"))};
}

Values Rearrange(OpArguments& a) {
  std::map<std::string, int64_t> lengths;
  for (const auto& [name, value] : a.Keywords()) {
    if (!value.is_literal() || !value.literal().is_int()) {
      return {a.Error(InvalidArgument("rearrange: expected an integer for '{}'", name))};
    }
    lengths[name] = value.literal().AsInt();
  }
  return {ops::Rearrange(a.Tensor("tensor"), a.Text("pattern", std::nullopt), lengths)};
}

}  // namespace

std::vector<OpEntry> MathOps() {
  constexpr std::string_view kSegments = "data segment_ids num_segments sorted";
  return {
      {"einsum", "Einsum", "numpy", "subscripts *operands", Einsum},
      {"erfc", "Erfc", "math", "x", Unary<ops::Erfc>},
      {"erfinv", "Erfinv", "math", "x", Erfinv},
      {"in_top_k", "InTopK", "math", "targets predictions k", InTopK},
      {"rearrange", "Rearrange", "einops", "tensor pattern **axes_lengths", Rearrange},
      {"saturate_cast", "SaturateCast", "core", "x dtype", SaturateCast},
      {"segment_max", "SegmentMax", "math", kSegments, Segments<ops::SegmentMax>},
      {"segment_min", "SegmentMin", "math", kSegments, Segments<ops::SegmentMin>},
      {"segment_prod", "SegmentProd", "math", kSegments, Segments<ops::SegmentProd>},
      {"segment_sum", "SegmentSum", "math", kSegments, Segments<ops::SegmentSum>},
  };
}

}  // namespace tricorn::keras
