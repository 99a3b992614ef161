#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

const OpDef kRandomBits = Op<RandomBitsAttrs>{
    .name = "random_bits",
    .doc =
        "y_i = word i % 4 of Philox4x32-10 under the key at counter i / 4. Operand: key (2,) u32",
    .infer = [](std::span<const Type> x, const RandomBitsAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(ExpectSameType({DType::kU32, {2}}, x[0]));
      return Type{DType::kU32, a.shape};
    },
};

Value RandomBits(Value key, Shape shape) {
  return key.builder().Add(kRandomBits, {{key}}, RandomBitsAttrs{std::move(shape)});
}

Values SplitKey(Value key, int64_t count) {
  const Value bits = RandomBits(key, {count, 2});
  Values keys;
  for (const Value& row : Split(bits, count, 0)) keys.push_back(Reshape(row, {2}));
  return keys;
}

}  // namespace tricorn::ops
