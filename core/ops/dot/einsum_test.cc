#include <gtest/gtest.h>

#include "core/backend/reference/reference.h"
#include "core/ops/dot/dot.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Tensor> Evaluate(std::string_view equation, const std::vector<Tensor>& operands) {
  Builder builder;
  Values values;
  for (const Tensor& operand : operands) values.push_back(builder.Constant(operand));
  const Value y = Einsum(equation, values);
  ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish({{"y", y}}));
  ASSIGN_OR_RETURN(const std::vector<Tensor> results,
                   backend::MakeReferenceDevice()->Evaluate(graph, {}));
  return results[0];
}

Tensor Counting(Shape shape) {
  Tensor t(DType::kF64, std::move(shape));
  for (int64_t i = 0; i < t.num_elements(); ++i) t.data<double>()[i] = static_cast<double>(i);
  return t;
}

void ExpectValues(std::string_view equation, const std::vector<Tensor>& operands, Shape shape,
                  const std::vector<double>& values) {
  const absl::StatusOr<Tensor> y = Evaluate(equation, operands);
  ASSERT_TRUE(y.ok()) << equation << ": " << y.status();
  EXPECT_EQ(*y, Tensor::From<double>(std::move(shape), values)) << equation;
}

TEST(Einsum, WithoutAnArrowSortsLettersThatOccurOnce) {
  ExpectValues("...ij,jk", {Counting({2, 2, 3}), Counting({3, 2})}, {2, 2, 2},
               {10, 13, 28, 40, 46, 67, 64, 94});
  ExpectValues("ba", {Counting({2, 3})}, {3, 2}, {0, 3, 1, 4, 2, 5});
}

TEST(Einsum, EllipsesBroadcast) {
  ExpectValues("...i,...i->...", {Counting({2, 1, 2}), Counting({3, 2})}, {2, 3},
               {1, 3, 5, 3, 13, 23});
}

TEST(Einsum, ALetterTwiceIsTheDiagonal) {
  ExpectValues("ii->", {Counting({3, 3})}, {}, {12});
  ExpectValues("iij->ji", {Counting({2, 2, 2})}, {2, 2}, {0, 6, 1, 7});
}

TEST(Einsum, ContractsSeveralOperands) {
  ExpectValues("i,ij,j->", {Counting({2}), Counting({2, 3}), Counting({3})}, {}, {14});
  ExpectValues("i,j,k->k", {Counting({2}), Counting({3}), Counting({2})}, {2}, {0, 3});
}

TEST(Einsum, RefusesWhatDoesNotFit) {
  for (const char* equation : {"ij,jk,kl->il", "ijk,jk->i", "ij,jk->iz", "ij,jk->ii", "i?,jk->i"}) {
    const absl::Status status = Evaluate(equation, {Counting({2, 3}), Counting({3, 2})}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << equation;
  }
  EXPECT_FALSE(Evaluate("ij,ij->i", {Counting({2, 3}), Counting({3, 2})}).ok());
}

}  // namespace
}  // namespace tricorn::ops
