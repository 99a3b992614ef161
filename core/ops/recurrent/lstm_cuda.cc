#include "core/ops/recurrent/lstm.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/mma_code.h"
#include "core/backend/cuda/kernel/kernel.h"
#include "core/backend/cuda/kernel/kernel_name.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"
#include "core/ops/recurrent/lstm_code.h"

// An LSTM whose weights stay on chip for all steps: each block keeps the columns of U of 16 units,
// for 16 rows of the batch, in its registers. After a step the blocks that share rows wait for each
// other's flags, so all of them must run at once. The flags are the only memory that blocks race
// for: the same bits every run.

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kTile = 16;         // units of a block, and its rows
constexpr int64_t kMaxWords = 64;     // of a warp's part of a column of U: 128 registers a thread
constexpr int64_t kGatesNbytes = 64;  // units that fill a warp's share of U, in bytes of half words

int64_t Aligned(int64_t nbytes) { return (nbytes + 255) / 256 * 256; }

// Of the current device; of an H100 where there is none.
int64_t NumMultiprocessors() {
  int device = 0, count = 0;
  const bool known =
      cudaGetDevice(&device) == cudaSuccess &&
      cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device) == cudaSuccess;
  return known ? count : 132;
}

// Steps, batch and units, cut into blocks.
struct Cut {
  int64_t steps, batch, units, nbytes;  // of an element
  int64_t split = 8;                    // warps that share the contraction of a forward step
  int64_t blocks, groups;               // along units, along the batch
  int64_t groups_at_once;

  Cut(const ir::Type& gates)
      : steps(gates.shape[0]),
        batch(gates.shape[1]),
        units(gates.shape[2] / 4),
        nbytes(SizeOf(gates.dtype)) {
    while (split > 1 && units % (split * kGatesNbytes / nbytes) != 0) split /= 2;
    blocks = units / kTile;
    groups = (batch + kTile - 1) / kTile;
    groups_at_once = blocks == 0 ? 0 : std::min(groups, NumMultiprocessors() / blocks);
  }

  bool Fits() const {
    return units % (kGatesNbytes / nbytes) == 0 && units > 0 && batch > 0 && groups_at_once > 0 &&
           units / split * nbytes / 4 <= kMaxWords && units <= 8 * kMaxWords * 4 / nbytes;
  }
  int64_t flags_nbytes() const { return Aligned(blocks * groups * 4); }
};

// Whether products in the dtype are to run on matrix units.
bool TakesMma(const KernelRequest& request, DType dtype) {
  return dtype == DType::kF16 || dtype == DType::kBF16 ||
         (dtype == DType::kF32 && request.allow_tf32);
}

// A kernel of which all blocks run at once; of the batch as many groups of rows as then have room.
class PersistentKernel : public Kernel {
 public:
  // `call` is the code that runs the steps of group `group`, with `flags` and `workspace`.
  PersistentKernel(const KernelRequest& request, const Cut& cut, int64_t nbytes,
                   const std::string& call)
      : cut_(cut), nbytes_(nbytes), function_(Add(request, call)) {}

  int64_t workspace_nbytes() const override { return cut_.flags_nbytes() + nbytes_; }

  absl::Status Enqueue(const KernelArgs& args) const override {
    RETURN_IF_CUDA_ERROR(
        cudaMemsetAsync(args.workspace, 0, static_cast<size_t>(cut_.flags_nbytes()), args.stream));
    for (int64_t group = 0; group < cut_.groups; group += cut_.groups_at_once) {
      RETURN_IF_ERROR(Launch(args, static_cast<int>(group)));
    }
    return absl::OkStatus();
  }

 private:
  static std::shared_ptr<const Function> Add(const KernelRequest& request,
                                             const std::string& call) {
    std::string parameters;
    for (size_t i = 0; i < request.operands.size(); ++i) {
      parameters += fmt::format("const {}* x{}, ", TypeName(request.operands[i].dtype), i);
    }
    for (size_t i = 0; i < request.results.size(); ++i) {
      parameters += fmt::format("{}* y{}, ", TypeName(request.results[i].dtype), i);
    }
    return request.module.Add(
        {.name = KernelName(request.op, request.operands, request.results, request.regions),
         .declarations = std::string(kMmaCode) + std::string(kLstmCode),
         .parameters = parameters + "u32* flags, f32* work, int group",
         .body = call,
         .threads = 256});
  }

  absl::Status Launch(const KernelArgs& args, int group) const {
    std::vector<std::byte*> pointers(args.operands.begin(), args.operands.end());
    pointers.insert(pointers.end(), args.results.begin(), args.results.end());
    pointers.push_back(args.workspace);
    pointers.push_back(args.workspace + cut_.flags_nbytes());
    std::vector<void*> parameters;
    for (std::byte*& pointer : pointers) parameters.push_back(&pointer);
    parameters.push_back(&group);
    cudaLaunchAttribute at_once = {};
    at_once.id = cudaLaunchAttributeCooperative;
    at_once.val.cooperative = 1;
    cudaLaunchConfig_t config = {};
    config.gridDim =
        dim3(static_cast<unsigned>(cut_.blocks),
             static_cast<unsigned>(std::min(cut_.groups_at_once, cut_.groups - group)));
    config.blockDim = dim3(256);
    config.stream = args.stream;
    config.attrs = &at_once;
    config.numAttrs = 1;
    return ToStatus(cudaLaunchKernelExC(&config, static_cast<const void*>(function_->handle),
                                        parameters.data()),
                    "lstm");
  }

  const Cut cut_;
  const int64_t nbytes_;  // of the workspace behind the flags
  const std::shared_ptr<const Function> function_;
};

std::unique_ptr<Kernel> MakeLstm(const KernelRequest& request) {
  const ir::Type& z = request.operands[0];
  const Cut cut(z);
  if (!TakesMma(request, z.dtype) || !cut.Fits()) return nullptr;
  return std::make_unique<PersistentKernel>(
      request, cut, 0,
      fmt::format("LstmForward<{}, {}, {}, {}, {}, {}>("
                  "x0, x1, x2, x3, y0, y1, y2, y3, y4, flags, group + blockIdx.y);\n",
                  TypeName(z.dtype), cut.steps, cut.batch, cut.units,
                  request.attrs.As<ops::LstmAttrs>().reverse, cut.split));
}

std::unique_ptr<Kernel> MakeLstmGradient(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::LstmGradientAttrs>();
  const ir::Type& gates = request.operands[3];
  const Cut cut(gates);
  if (!TakesMma(request, gates.dtype) || !cut.Fits()) return nullptr;
  return std::make_unique<PersistentKernel>(
      request, cut, 2 * cut.groups * cut.blocks * kTile * cut.units * 4,
      fmt::format(
          "LstmBackward<{}, {}, {}, {}, {}>("
          "x0, x1, x2, x3, x4, x5, {}, y0, y1, y2, flags, work, group + blockIdx.y);\n",
          TypeName(gates.dtype), cut.steps, cut.batch, cut.units, attrs.reverse,
          attrs.has_sequence_gradient ? "x6" : fmt::format("({}*)0", TypeName(gates.dtype))));
}

}  // namespace

void RegisterLstmCuda(KernelRegistry& registry) {
  registry.Add(ops::kLstm, MakeLstm);
  registry.Add(ops::kLstmGradient, MakeLstmGradient);
}

}  // namespace tricorn::backend::cuda
