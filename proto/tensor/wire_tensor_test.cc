#include "proto/tensor/wire_tensor.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

TEST(WireTensor, KeepsTypeShapeAndBits) {
  for (const DType dtype :
       {DType::kBool, DType::kU8, DType::kI8, DType::kU16, DType::kI16, DType::kU32, DType::kI32,
        DType::kU64, DType::kI64, DType::kF16, DType::kBF16, DType::kF32, DType::kF64}) {
    for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{2, 3}}) {
      Tensor tensor(dtype, shape);
      for (int64_t i = 0; i < tensor.nbytes(); ++i) tensor.bytes()[i] = std::byte{1};
      const auto back = FromWire(ToWire(tensor));
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_TRUE(BitwiseEqual(*back, tensor)) << tensor.ToString();
    }
  }
}

TEST(WireTensor, RefusesWhatDoesNotFit) {
  v1::Tensor wire;
  EXPECT_EQ(FromWire(wire).status().code(), absl::StatusCode::kInvalidArgument);
  wire.set_dtype(v1::DTYPE_FLOAT32);
  wire.set_data("1234567");
  EXPECT_EQ(FromWire(wire).status().message(),
            "tensor: expected 4 bytes for float32(), received 7");
  wire.add_shape(int64_t{1} << 40);
  wire.add_shape(int64_t{1} << 40);
  EXPECT_EQ(FromWire(wire).status().code(), absl::StatusCode::kInvalidArgument);
  wire.mutable_shape()->Set(0, -1);
  EXPECT_EQ(FromWire(wire).status().code(), absl::StatusCode::kInvalidArgument);
  wire.set_dtype(v1::DTYPE_STRING);
  EXPECT_EQ(FromWire(wire).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace tricorn
