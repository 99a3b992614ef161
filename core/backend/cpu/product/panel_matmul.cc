#include "core/backend/cpu/product/panel_matmul.h"

#include <algorithm>

#include "core/backend/cpu/processor/instruction_set.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/backend/cpu/product/panel_loops.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kMinRows = 2 * kPanelTileRows;
constexpr int64_t kMinDepth = 32;
constexpr int64_t kMaxProducts = int64_t{1} << 29;
constexpr int64_t kProductsPerThread = int64_t{1} << 18;

class PanelMatmul : public Matmul {
 public:
  PanelMatmul(const MatmulSpec& spec, int num_threads)
      : spec_(spec), num_threads_(num_threads), shares_rows_(spec.m >= spec.n) {
    const int64_t unit = shares_rows_ ? kPanelTileRows : kPanelColumns;
    const int64_t length = shares_rows_ ? spec.m : spec.n;
    num_units_ = (length + unit - 1) / unit;
    grain_ = std::max<int64_t>(kProductsPerThread * num_units_ / (spec.m * spec.n * spec.k), 1);
    const int64_t pieces = NumPieces(num_threads, num_units_, grain_);
    const int64_t rows = shares_rows_ ? spec.m / pieces + kPanelTileRows + 1 : spec.m;
    piece_size_ = PanelWorkspaceSize(rows, spec.k, spec.a_strides[2] != 1);
    workspace_nbytes_ = pieces * piece_size_ * static_cast<int64_t>(sizeof(float));
  }

  int64_t workspace_nbytes() const override { return workspace_nbytes_; }

  absl::Status Run(const std::byte* a, const std::byte* b, std::byte* c,
                   std::byte* workspace) const override {
    const PanelProduct product{.a = reinterpret_cast<const float*>(a),
                               .b = reinterpret_cast<const float*>(b),
                               .c = reinterpret_cast<float*>(c),
                               .a_row = spec_.a_strides[1],
                               .a_column = spec_.a_strides[2],
                               .b_row = spec_.b_strides[1],
                               .b_column = spec_.b_strides[2],
                               .n = spec_.n,
                               .k = spec_.k};
    auto* floats = reinterpret_cast<float*>(workspace);
    ParallelPieces(num_threads_, num_units_, grain_,
                   [&](int64_t piece, int64_t begin, int64_t end) {
                     MultiplyPanels(product, RangeOf(begin, end), floats + piece * piece_size_);
                   });
    return absl::OkStatus();
  }

 private:
  PanelRange RangeOf(int64_t begin, int64_t end) const {
    if (!shares_rows_) return {0, spec_.m, begin * kPanelColumns, end * kPanelColumns};
    return {spec_.m * begin / num_units_, spec_.m * end / num_units_, 0, spec_.n};
  }

  const MatmulSpec spec_;
  const int num_threads_;
  const bool shares_rows_;  // threads share the rows of c, else its columns
  int64_t num_units_ = 1;
  int64_t grain_ = 1;
  int64_t piece_size_ = 0;
  int64_t workspace_nbytes_ = 0;
};

}  // namespace

std::unique_ptr<Matmul> MakePanelMatmul(const MatmulSpec& spec, int num_threads) {
  const auto is_dense = [](const std::array<int64_t, 3>& strides) {
    return strides[1] == 1 || strides[2] == 1;
  };
  const bool fits = spec.dtype == DType::kF32 && spec.batch == 1 && spec.m >= kMinRows &&
                    spec.n >= kPanelColumns && spec.n % kPanelColumns == 0 && spec.k >= kMinDepth &&
                    spec.m * spec.n * spec.k <= kMaxProducts && is_dense(spec.a_strides) &&
                    is_dense(spec.b_strides);
  if (!fits || !HasAvx512()) return nullptr;
  return std::make_unique<PanelMatmul>(spec, num_threads);
}

}  // namespace tricorn::backend::cpu
