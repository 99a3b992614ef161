#include <algorithm>
#include <optional>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/loops/strided_copy.h"
#include "core/backend/cpu/onednn/onednn_matmul.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/backend/cpu/product/narrow_matmul.h"
#include "core/backend/cpu/product/panel_matmul.h"
#include "core/ops/dot/dot.h"

namespace tricorn::backend::cpu {
namespace {

int64_t Aligned(int64_t nbytes) { return (nbytes + 63) / 64 * 64; }

// One operand's axes in three groups, each walked as one axis.
struct Grouped {
  std::array<std::vector<int64_t>, 3> axes;
  std::array<int64_t, 3> lengths{1, 1, 1};
  // Strides of the groups; none when an operand's group has no single stride.
  std::optional<std::array<int64_t, 3>> strides;
};

// The stride of `axes` walked as one row-major axis; of length 1: `unused`.
std::optional<int64_t> CombinedStride(const Shape& shape, const std::vector<int64_t>& axes,
                                      int64_t unused) {
  const std::vector<int64_t> strides = shape.Strides();
  int64_t stride = 0;
  int64_t expected = 0;
  for (size_t k = axes.size(); k-- > 0;) {
    const int64_t length = shape[static_cast<int>(axes[k])];
    if (length == 1) continue;
    const int64_t own = strides[static_cast<size_t>(axes[k])];
    if (stride == 0) {
      stride = own;
    } else if (own != expected) {
      return std::nullopt;
    }
    expected = own * length;
  }
  return stride == 0 ? unused : stride;
}

Grouped Group(const Shape& shape, std::array<std::vector<int64_t>, 3> axes) {
  Grouped grouped{.axes = std::move(axes), .strides = std::array<int64_t, 3>{}};
  for (size_t g = 0; g < 3; ++g) {
    for (const int64_t axis : grouped.axes[g]) {
      grouped.lengths[g] *= shape[static_cast<int>(axis)];
    }
    const std::optional<int64_t> stride = CombinedStride(shape, grouped.axes[g], 0);
    if (!stride) grouped.strides.reset();
    if (grouped.strides) (*grouped.strides)[g] = *stride;
  }
  if (!grouped.strides) return grouped;
  // An axis of length 1 gets the stride that makes the operand a plain matrix.
  std::array<int64_t, 3>& strides = *grouped.strides;
  if (grouped.lengths[2] == 1) strides[2] = strides[1] == 1 ? grouped.lengths[1] : 1;
  if (grouped.lengths[1] == 1) strides[1] = strides[2] == 1 ? grouped.lengths[2] : 1;
  return grouped;
}

std::vector<int64_t> FreeAxes(const Shape& shape, const ops::Axes& batch,
                              const ops::Axes& contract) {
  std::vector<int64_t> free;
  for (int64_t axis = 0; axis < shape.rank(); ++axis) {
    const bool taken = std::find(batch.begin(), batch.end(), axis) != batch.end() ||
                       std::find(contract.begin(), contract.end(), axis) != contract.end();
    if (!taken) free.push_back(axis);
  }
  return free;
}

// An operand as (batch, rows, columns), copied together where its axes lie apart.
class MatrixOperand {
 public:
  MatrixOperand(const ir::Type& type, std::array<std::vector<int64_t>, 3> axes)
      : grouped_(Group(type.shape, std::move(axes))) {
    const bool is_matrix =
        grouped_.strides && ((*grouped_.strides)[1] == 1 || (*grouped_.strides)[2] == 1);
    if (!is_matrix) Pack(type);
  }

  int64_t length(size_t group) const { return grouped_.lengths[group]; }
  const std::array<int64_t, 3>& strides() const { return *grouped_.strides; }
  int64_t workspace_nbytes() const { return packed_nbytes_; }
  // The first element of the matrices; packs them into `workspace` if they must be.
  const std::byte* Prepare(const std::byte* operand, std::byte* workspace, int num_threads) const {
    if (!copy_) return operand;
    copy_->Run(operand, workspace, num_threads);
    return workspace;
  }

 private:
  void Pack(const ir::Type& type) {
    const std::vector<int64_t> from = type.shape.Strides();
    std::vector<int64_t> lengths;
    std::vector<int64_t> strides;
    for (const std::vector<int64_t>& group : grouped_.axes) {
      for (const int64_t axis : group) {
        lengths.push_back(type.shape[static_cast<int>(axis)]);
        strides.push_back(from[static_cast<size_t>(axis)]);
      }
    }
    copy_.emplace(Shape(lengths), strides, SizeOf(type.dtype));
    packed_nbytes_ = Aligned(type.nbytes());
    grouped_.strides = {grouped_.lengths[1] * grouped_.lengths[2], grouped_.lengths[2], 1};
  }

  Grouped grouped_;
  std::optional<StridedCopy> copy_;
  int64_t packed_nbytes_ = 0;
};

// Bytes give int32.
template <typename T>
using Product = std::conditional_t<std::is_same_v<T, int8_t>, int32_t, T>;

// Plain loops for what oneDNN does not do.
template <typename T>
void MultiplyLoops(const MatmulSpec& s, const T* a, const T* b, Product<T>* c, int num_threads) {
  using A = Accumulator<Product<T>>;
  constexpr int64_t kProductsPerThread = 16384;
  const int64_t grain = std::max<int64_t>(kProductsPerThread / std::max<int64_t>(s.k * s.n, 1), 1);
  ParallelFor(num_threads, s.batch * s.m, grain, [&](int64_t begin, int64_t end) {
    std::vector<A> row(static_cast<size_t>(s.n));
    for (int64_t i = begin; i < end; ++i) {
      std::fill(row.begin(), row.end(), A(0));
      const T* a_row = a + i / s.m * s.a_strides[0] + i % s.m * s.a_strides[1];
      const T* b_matrix = b + i / s.m * s.b_strides[0];
      for (int64_t k = 0; k < s.k; ++k) {
        const auto factor = static_cast<A>(a_row[k * s.a_strides[2]]);
        const T* b_row = b_matrix + k * s.b_strides[1];
        for (int64_t j = 0; j < s.n; ++j) {
          A& sum = row[static_cast<size_t>(j)];
          sum = static_cast<A>(sum + factor * static_cast<A>(b_row[j * s.b_strides[2]]));
        }
      }
      for (int64_t j = 0; j < s.n; ++j)
        c[i * s.n + j] = static_cast<Product<T>>(row[static_cast<size_t>(j)]);
    }
  });
}

class DotGeneralKernel : public Kernel {
 public:
  DotGeneralKernel(MatrixOperand a, MatrixOperand b, const MatmulSpec& spec, int num_threads)
      : a_(std::move(a)), b_(std::move(b)), spec_(spec), num_threads_(num_threads) {
    if (spec.batch * spec.m * spec.n * spec.k == 0) return;
    matmul_ = MakeNarrowMatmul(spec, num_threads);
    if (matmul_ == nullptr) matmul_ = MakePanelMatmul(spec, num_threads);
    if (matmul_ == nullptr) matmul_ = MakeOneDnnMatmul(spec);
  }

  int64_t workspace_nbytes() const override {
    const int64_t packed = a_.workspace_nbytes() + b_.workspace_nbytes();
    return packed + (matmul_ == nullptr ? 0 : matmul_->workspace_nbytes());
  }

  absl::Status Run(const KernelArgs& args) const override {
    std::byte* const b_packed = args.workspace + a_.workspace_nbytes();
    const std::byte* a = a_.Prepare(args.operands[0], args.workspace, num_threads_);
    const std::byte* b = b_.Prepare(args.operands[1], b_packed, num_threads_);
    if (matmul_ != nullptr) {
      return matmul_->Run(a, b, args.results[0], b_packed + b_.workspace_nbytes());
    }
    DispatchDType(spec_.dtype, [&]<typename T>() {
      if constexpr (!std::is_same_v<T, bool>) {
        MultiplyLoops(spec_, reinterpret_cast<const T*>(a), reinterpret_cast<const T*>(b),
                      args.result<Product<T>>(0), num_threads_);
      }
    });
    return absl::OkStatus();
  }

 private:
  const MatrixOperand a_;
  const MatrixOperand b_;
  const MatmulSpec spec_;
  const int num_threads_;
  std::unique_ptr<Matmul> matmul_;
};

std::unique_ptr<Kernel> MakeDotGeneral(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::DotGeneralAttrs>();
  const ir::Type& a_type = request.operands[0];
  const ir::Type& b_type = request.operands[1];
  if (a_type.dtype == DType::kBool) return nullptr;
  MatrixOperand a(a_type, {attrs.a_batch, FreeAxes(a_type.shape, attrs.a_batch, attrs.a_contract),
                           attrs.a_contract});
  MatrixOperand b(b_type, {attrs.b_batch, attrs.b_contract,
                           FreeAxes(b_type.shape, attrs.b_batch, attrs.b_contract)});
  const MatmulSpec spec{.dtype = a_type.dtype,
                        .batch = a.length(0),
                        .m = a.length(1),
                        .n = b.length(2),
                        .k = a.length(2),
                        .a_strides = a.strides(),
                        .b_strides = b.strides()};
  return std::make_unique<DotGeneralKernel>(std::move(a), std::move(b), spec, request.num_threads);
}

}  // namespace

void RegisterDotGeneralCpu(KernelRegistry& registry) {
  registry.Add(ops::kDotGeneral, MakeDotGeneral);
}

}  // namespace tricorn::backend::cpu
