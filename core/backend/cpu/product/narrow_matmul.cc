#include "core/backend/cpu/product/narrow_matmul.h"

#include <algorithm>

#include "core/backend/cpu/processor/instruction_set.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/backend/cpu/product/narrow_rows.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kProductsPerThread = 32768;

class NarrowMatmul : public Matmul {
 public:
  NarrowMatmul(const MatmulSpec& spec, int num_threads)
      : spec_(spec),
        num_threads_(num_threads),
        num_tiles_((spec.m + kNarrowTileRows - 1) / kNarrowTileRows),
        grain_(std::max<int64_t>(kProductsPerThread / (kNarrowTileRows * kNarrowColumns * spec.k),
                                 1)) {}

  int64_t workspace_nbytes() const override { return 0; }

  absl::Status Run(const std::byte* a, const std::byte* b, std::byte* c,
                   std::byte* /*workspace*/) const override {
    const NarrowProduct product{.a = reinterpret_cast<const float*>(a),
                                .b = reinterpret_cast<const float*>(b),
                                .c = reinterpret_cast<float*>(c),
                                .a_row = spec_.a_strides[1],
                                .a_column = spec_.a_strides[2],
                                .b_row = spec_.b_strides[1],
                                .n = spec_.n,
                                .k = spec_.k};
    ParallelFor(num_threads_, num_tiles_, grain_, [&](int64_t begin, int64_t end) {
      MultiplyNarrowRows(product, begin * kNarrowTileRows,
                         std::min(end * kNarrowTileRows, spec_.m));
    });
    return absl::OkStatus();
  }

 private:
  const MatmulSpec spec_;
  const int num_threads_;
  const int64_t num_tiles_;
  const int64_t grain_;
};

}  // namespace

std::unique_ptr<Matmul> MakeNarrowMatmul(const MatmulSpec& spec, int num_threads) {
  const bool is_narrow = spec.dtype == DType::kF32 && spec.batch == 1 && spec.n > 1 &&
                         spec.n <= kNarrowColumns && spec.b_strides[2] == 1 && spec.k > 0;
  if (!is_narrow || !HasAvx512()) return nullptr;
  return std::make_unique<NarrowMatmul>(spec, num_threads);
}

}  // namespace tricorn::backend::cpu
