#include "worker/predictor/inputs.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "proto/tensor/wire_tensor.h"

namespace {
thread_local size_t largest_allocation = SIZE_MAX;
}  // namespace

// Tensors are allocated aligned, so this is where a test refuses them memory.
void* operator new(size_t nbytes, std::align_val_t alignment) {
  const auto unit = static_cast<size_t>(alignment);
  if (nbytes <= largest_allocation) {
    if (void* memory = std::aligned_alloc(unit, (nbytes + unit - 1) / unit * unit)) return memory;
  }
  throw std::bad_alloc();
}
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace tricorn::worker {
namespace {

TEST(InputsOf, SaysWhenThereIsNoMemoryForThem) {
  v1::PredictRequest request;
  *request.add_inputs()->mutable_tensor() = ToWire(Tensor(DType::kU8, Shape({500, 4})));
  const std::vector<PredictModel::Port> ports = {{"x", DType::kF32, Shape{4}}};
  for (const size_t limit : {1000, 4000}) {  // too little for the bytes; for the numbers cast
    largest_allocation = limit;
    const absl::Status status = InputsOf(request, ports).status();
    largest_allocation = SIZE_MAX;
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(status.message(), "inputs: expected enough memory, received a refusal");
  }
  EXPECT_TRUE(InputsOf(request, ports).ok());
}

}  // namespace
}  // namespace tricorn::worker
