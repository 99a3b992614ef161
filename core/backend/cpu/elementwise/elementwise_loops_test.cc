#include "core/backend/cpu/elementwise/elementwise_loops.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "core/backend/cpu/processor/instruction_set.h"
#include "core/base/random.h"
#include "core/ops/elementwise/scalar.h"
#include "core/tensor/tensor.h"

namespace tricorn::backend::cpu {
namespace {

constexpr DType kDTypes[] = {DType::kBool, DType::kU8,  DType::kI8,  DType::kU16, DType::kI16,
                             DType::kU32,  DType::kI32, DType::kU64, DType::kI64, DType::kF16,
                             DType::kBF16, DType::kF32, DType::kF64};

#define NAME(name) #name,
constexpr std::string_view kOps[] = {
    TRICORN_UNARY_NUMBER(NAME) TRICORN_UNARY_FLOATING(NAME) TRICORN_UNARY_BITS(NAME)
        TRICORN_PREDICATE(NAME) TRICORN_BINARY_NUMBER(NAME) TRICORN_BINARY_FLOATING(NAME)
            TRICORN_BINARY_BITS(NAME) TRICORN_BINARY_INTEGER(NAME)
                TRICORN_COMPARISON(NAME) "select",
    "cast"};
#undef NAME

// Numbers from -4 to 4, with the odd zero; small and not negative where the dtype is not signed.
Tensor Numbers(DType dtype, int64_t count, uint64_t seed) {
  Tensor x(DType::kF64, {count});
  PhiloxStream random(seed);
  for (int64_t i = 0; i < count; ++i) {
    const double number = random.UniformDouble() * 8 - 4;
    x.data<double>()[i] = i % 7 == 3 ? 0 : IsSigned(dtype) ? number : std::abs(number);
  }
  return x.Cast(dtype);
}

#ifdef TRICORN_AVX512_LOOPS
TEST(ElementwiseLoops, TheWidthOfVectorsDoesNotChangeABit) {
  if (!HasAvx512()) GTEST_SKIP() << "this processor has one width";
  int compared = 0;
  for (const std::string_view op : kOps) {
    for (const DType operand : kDTypes) {
      for (const DType result : kDTypes) {
        const ElementwiseLoop narrow = baseline::FindLoop(op, operand, result);
        const ElementwiseLoop wide = avx512::FindLoop(op, operand, result);
        ASSERT_EQ(narrow == nullptr, wide == nullptr) << op;
        if (narrow == nullptr || (op != "cast" && result != operand && result != DType::kBool)) {
          continue;
        }
        for (const int64_t count : {1, 15, 37, 259}) {
          const bool selects = op == "select";
          const Tensor first = Numbers(selects ? DType::kBool : operand, count, 1);
          const Tensor second = Numbers(operand, count, 2), third = Numbers(operand, count, 3);
          const std::byte* operands[] = {first.bytes(), second.bytes(), third.bytes()};
          std::vector<std::byte> a(static_cast<size_t>(count) * 8), b = a;
          narrow(operands, a.data(), count);
          wide(operands, b.data(), count);
          ASSERT_EQ(a, b) << op << " of " << count << " " << Name(operand);
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 1000);
}
#endif

TEST(ElementwiseLoops, TheResultMayBeAnOperand) {
  const ElementwiseLoop loop = FindElementwiseLoop("subtract", DType::kF32, DType::kF32);
  const Tensor a = Numbers(DType::kF32, 101, 1), b = Numbers(DType::kF32, 101, 2);
  for (const bool over_first : {true, false}) {
    Tensor y = (over_first ? a : b).Clone();
    const std::byte* operands[] = {over_first ? y.bytes() : a.bytes(),
                                   over_first ? b.bytes() : y.bytes()};
    loop(operands, y.bytes(), 101);
    for (int64_t i = 0; i < 101; ++i) {
      EXPECT_EQ(y.data<float>()[i], a.data<float>()[i] - b.data<float>()[i]) << i;
    }
  }
}

TEST(ElementwiseLoops, RefuseDTypesThatTheOpDoesNotTake) {
  EXPECT_EQ(FindElementwiseLoop("exp", DType::kI32, DType::kI32), nullptr);
  EXPECT_EQ(FindElementwiseLoop("add", DType::kBool, DType::kBool), nullptr);
  EXPECT_EQ(FindElementwiseLoop("bitwise_and", DType::kF32, DType::kF32), nullptr);
  EXPECT_EQ(FindElementwiseLoop("no_such_op", DType::kF32, DType::kF32), nullptr);
}

}  // namespace
}  // namespace tricorn::backend::cpu
