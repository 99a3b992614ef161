#include <algorithm>
#include <array>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/dnn/dnn_attention.h"
#include "core/backend/cuda/dnn/dnn_plan.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/product/stacked_gradients.h"
#include "core/base/status.h"
#include "core/ops/attention/attention.h"

// Flash attention of cuDNN's in half precision; float32, and sizes that its engines do not take,
// are left to the decomposition. A mask becomes a bias of kUnseen, beside which no logit is left.

namespace tricorn::backend::cuda {
namespace {

using Id = DnnAttention::Id;

constexpr int64_t kMaxSize = 256;     // of a head
constexpr int64_t kSizeMultiple = 8;  // 16 bytes
constexpr int64_t kPartAlignment = 64;
// What the engines are given instead of kUnseen, which overflows where they take exponentials to
// base 2.
constexpr double kMasked = -1e30;

int64_t Aligned(int64_t nbytes) { return (nbytes + 255) / 256 * 256; }

// Of the operands q, k, v, bias, mask.
struct Operands {
  const ops::AttentionAttrs& attrs;
  std::span<const ir::Type> types;

  const ir::Type* bias() const { return attrs.has_bias ? &types[3] : nullptr; }
  const ir::Type* mask() const { return attrs.has_mask ? &types[attrs.has_bias ? 4 : 3] : nullptr; }
  size_t count() const { return 3 + (attrs.has_bias ? 1 : 0) + (attrs.has_mask ? 1 : 0); }

  // What is added to the logits: bias and mask broadcast to one shape.
  std::vector<int64_t> BiasShape() const {
    std::vector<int64_t> dims;
    for (const ir::Type* type : {bias(), mask()}) {
      if (type == nullptr) continue;
      dims.resize(4, 1);
      for (int k = 0; k < 4; ++k) {
        dims[static_cast<size_t>(k)] = std::max(dims[static_cast<size_t>(k)], type->shape[k]);
      }
    }
    return dims;
  }

  bool AreForDnn() const {
    const Shape &q = types[0].shape, &v = types[2].shape;
    for (const int64_t size : {q[3], v[3]}) {
      if (size % kSizeMultiple != 0 || size > kMaxSize) return false;
    }
    const bool is_half = types[0].dtype == DType::kF16 || types[0].dtype == DType::kBF16;
    // Which keys a query sees that sees none depends on both masks.
    const bool masked_twice = attrs.is_causal && attrs.has_mask;
    const bool is_empty = std::any_of(types.begin(), types.begin() + 3, [](const ir::Type& type) {
      return type.num_elements() == 0;
    });
    return is_half && !masked_twice && !is_empty;
  }

  DnnAttention ToDnn() const {
    const Shape &q = types[0].shape, &k = types[1].shape, &v = types[2].shape;
    return {.batch = q[0],
            .queries = q[1],
            .heads = q[2],
            .size = q[3],
            .keys = k[1],
            .groups = k[2],
            .value_size = v[3],
            .dtype = types[0].dtype,
            .scale = static_cast<float>(attrs.scale),
            .is_causal = attrs.is_causal,
            .bias = BiasShape(),
            .bias_dtype = attrs.has_mask ? DType::kF32 : types[0].dtype,
            .has_bias_gradient = false};
  }
};

std::unique_ptr<Kernel> MakeElements(const KernelRequest& request,
                                     std::span<const ir::Type> operands, const ir::Type& result,
                                     const std::string& code, const std::string& element) {
  const KernelRequest inner{.op = request.op,
                            .attrs = request.attrs,
                            .operands = operands,
                            .results = {&result, 1},
                            .regions = {},
                            .module = request.module,
                            .libraries = request.libraries,
                            .allow_tf32 = request.allow_tf32};
  return MakeElementKernel(inner, result.num_elements(), code, {element});
}

std::vector<int64_t> BroadcastStrides(const Shape& from) {
  std::vector<int64_t> strides = from.Strides();
  for (int k = 0; k < from.rank(); ++k) {
    if (from[k] == 1) strides[static_cast<size_t>(k)] = 0;
  }
  return strides;
}

// mask and, if there is one, bias to a bias of `type`, float32.
std::unique_ptr<Kernel> MakeMaskBias(const KernelRequest& request, const Operands& x,
                                     const ir::Type& type) {
  std::vector<ir::Type> operands = {*x.mask()};
  std::vector<std::vector<int64_t>> strides = {BroadcastStrides(x.mask()->shape)};
  std::vector<std::string> places = {"mask"};
  std::string seen = "0.0f";
  if (x.bias() != nullptr) {
    operands.push_back(*x.bias());
    strides.push_back(BroadcastStrides(x.bias()->shape));
    places.emplace_back("bias");
    seen = "Widen(x1[bias])";
  }
  return MakeElements(request, operands, type, IndexCode(type.shape, strides).Code("i", places),
                      fmt::format("x0[mask] ? {} : {:.9e}f", seen, kMasked));
}

// log_sum as the engines know it, or as the op does, of queries that see no key.
std::unique_ptr<Kernel> MakeUnseenLogSum(const KernelRequest& request, const ir::Type& log_sum,
                                         double unseen) {
  return MakeElements(request, {&log_sum, 1}, log_sum, "",
                      fmt::format("x0[i] < {:.9e}f ? {:.9e}f : x0[i]", kMasked / 2, unseen));
}

// dy, divided by the number of keys for queries that see none: the engines' probabilities are 1
// there and not 1 / keys, for beside kMasked the logarithm of the sum is lost.
std::unique_ptr<Kernel> MakeUnseenGradient(const KernelRequest& request, const DnnAttention& a,
                                           const ir::Type& log_sum, const ir::Type& dy) {
  const std::string code = fmt::format(
      "const Index t = i / {row}, head = i / {size} % {heads};\n"
      "const bool unseen = x1[(t / {queries} * {heads} + head) * {queries} + t % {queries}] < "
      "{half:.9e}f;\n",
      fmt::arg("row", a.heads * a.value_size), fmt::arg("size", a.value_size),
      fmt::arg("heads", a.heads), fmt::arg("queries", a.queries), fmt::arg("half", kMasked / 2));
  const std::array<ir::Type, 2> operands = {dy, log_sum};
  return MakeElements(request, operands, dy, code,
                      fmt::format("unseen ? Narrow<{}>::Of(Widen(x0[i]) / {}.0f) : x0[i]",
                                  TypeName(dy.dtype), a.keys));
}

// Runs `kernel` from `operands` to `result`.
absl::Status RunElements(const Kernel& kernel, const KernelArgs& args,
                         std::span<std::byte* const> operands, std::byte* result) {
  return kernel.Enqueue({.operands = operands,
                         .results = {&result, 1},
                         .workspace = nullptr,
                         .stream = args.stream,
                         .context = args.context});
}

// A plan and what makes its bias of a mask.
class FusedAttention : public Kernel {
 public:
  FusedAttention(const KernelRequest& request, const Operands& x, DnnAttention attention,
                 std::shared_ptr<const DnnPlan> plan)
      : attention_(std::move(attention)), has_bias_(x.attrs.has_bias), plan_(std::move(plan)) {
    if (x.mask() == nullptr) return;
    const ir::Type type{attention_.bias_dtype, Shape(attention_.bias)};
    mask_bias_ = MakeMaskBias(request, x, type);
    mask_bias_nbytes_ = Aligned(type.nbytes());
  }

 protected:
  // The addresses of q, k, v and the bias, which is at `bias` if it is made here.
  absl::StatusOr<DnnPlan::Addresses> Prepare(const KernelArgs& args, std::byte* bias) const {
    DnnPlan::Addresses addresses = {
        {Id::kQ, args.operands[0]}, {Id::kK, args.operands[1]}, {Id::kV, args.operands[2]}};
    if (mask_bias_ != nullptr) {
      std::vector<std::byte*> from = {args.operands[has_bias_ ? 4 : 3]};
      if (has_bias_) from.push_back(args.operands[3]);
      RETURN_IF_ERROR(RunElements(*mask_bias_, args, from, bias));
      addresses.emplace_back(Id::kBias, bias);
    } else if (has_bias_) {
      addresses.emplace_back(Id::kBias, args.operands[3]);
    }
    return addresses;
  }

  const DnnAttention attention_;
  const bool has_bias_;
  const std::shared_ptr<const DnnPlan> plan_;
  std::unique_ptr<Kernel> mask_bias_;  // none without a mask
  int64_t mask_bias_nbytes_ = 0;
};

class ForwardAttention : public FusedAttention {
 public:
  ForwardAttention(const KernelRequest& request, const Operands& x, DnnAttention attention,
                   std::shared_ptr<const DnnPlan> plan)
      : FusedAttention(request, x, std::move(attention), std::move(plan)) {
    if (mask_bias_ == nullptr) return;
    unseen_ = MakeUnseenLogSum(request, request.results[1], ops::kUnseen);
  }

  int64_t workspace_nbytes() const override {
    return mask_bias_nbytes_ + plan_->workspace_nbytes();
  }

  absl::Status Enqueue(const KernelArgs& args) const override {
    ASSIGN_OR_RETURN(DnnPlan::Addresses addresses, Prepare(args, args.workspace));
    addresses.emplace_back(Id::kY, args.results[0]);
    addresses.emplace_back(Id::kLogSum, args.results[1]);
    RETURN_IF_ERROR(plan_->Enqueue(addresses, args.workspace + mask_bias_nbytes_, args.stream));
    if (unseen_ == nullptr) return absl::OkStatus();
    return RunElements(*unseen_, args, {&args.results[1], 1}, args.results[1]);
  }

 private:
  std::unique_ptr<Kernel> unseen_;  // none without a mask
};

class BackwardAttention : public FusedAttention {
 public:
  BackwardAttention(const KernelRequest& request, const Operands& x, DnnAttention attention,
                    std::shared_ptr<const DnnPlan> plan)
      : FusedAttention(request, x, std::move(attention), std::move(plan)),
        first_(x.count()),
        row_nbytes_(Aligned(request.operands[first_].nbytes())) {
    if (mask_bias_ == nullptr) return;
    const ir::Type& log_sum = request.operands[first_];
    const ir::Type& dy = request.operands[first_ + 2];
    unseen_log_sum_ = MakeUnseenLogSum(request, log_sum, kMasked);
    unseen_gradient_ = MakeUnseenGradient(request, attention_, log_sum, dy);
    dy_nbytes_ = Aligned(dy.nbytes());
  }

  // The mask as a bias, delta, log_sum, dy, the plan's.
  int64_t workspace_nbytes() const override {
    return mask_bias_nbytes_ + 2 * row_nbytes_ + dy_nbytes_ + plan_->workspace_nbytes();
  }

  absl::Status Enqueue(const KernelArgs& args) const override {
    ASSIGN_OR_RETURN(DnnPlan::Addresses addresses, Prepare(args, args.workspace));
    std::byte* const delta = args.workspace + mask_bias_nbytes_;
    std::byte* log_sum = args.operands[first_];
    std::byte* dy = args.operands[first_ + 2];
    if (unseen_gradient_ != nullptr) {
      const std::array<std::byte*, 2> from = {dy, log_sum};
      log_sum = delta + row_nbytes_;
      dy = log_sum + row_nbytes_;
      RETURN_IF_ERROR(RunElements(*unseen_log_sum_, args, {&from[1], 1}, log_sum));
      RETURN_IF_ERROR(RunElements(*unseen_gradient_, args, from, dy));
    }
    addresses.insert(addresses.end(), {{Id::kLogSum, log_sum},
                                       {Id::kY, args.operands[first_ + 1]},
                                       {Id::kDy, dy},
                                       {Id::kDelta, delta},
                                       {Id::kDq, args.results[0]},
                                       {Id::kDk, args.results[1]},
                                       {Id::kDv, args.results[2]}});
    if (attention_.has_bias_gradient) addresses.emplace_back(Id::kDbias, args.results[3]);
    return plan_->Enqueue(addresses, delta + 2 * row_nbytes_ + dy_nbytes_, args.stream);
  }

 private:
  const size_t first_;                      // of log_sum among the operands
  const int64_t row_nbytes_;                // of log_sum
  std::unique_ptr<Kernel> unseen_log_sum_;  // none without a mask, and so the next
  std::unique_ptr<Kernel> unseen_gradient_;
  int64_t dy_nbytes_ = 0;
};

std::unique_ptr<Kernel> MakeForward(const KernelRequest& request) {
  const Operands x{request.attrs.As<ops::AttentionAttrs>(), request.operands};
  if (!x.AreForDnn()) return nullptr;
  DnnAttention attention = x.ToDnn();
  auto plan = DnnPlan::Create(request.libraries, AttentionGraph(attention));
  if (!plan.ok()) return nullptr;
  return std::make_unique<ForwardAttention>(request, x, std::move(attention), *std::move(plan));
}

// A bias that broadcasts, with a mask or by itself, has a gradient that the engines do not sum.
std::unique_ptr<Kernel> MakeBackward(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AttentionGradientAttrs>();
  const Operands x{attrs.attention, request.operands};
  if (!x.AreForDnn() || attrs.has_log_sum_gradient) return nullptr;
  DnnAttention attention = x.ToDnn();
  attention.has_bias_gradient = attrs.attention.has_bias;
  if (x.bias() != nullptr && !(x.bias()->shape == Shape(attention.bias))) return nullptr;
  auto plan = DnnPlan::Create(request.libraries, AttentionGradientGraph(attention));
  if (!plan.ok()) return nullptr;
  return std::make_unique<BackwardAttention>(request, x, std::move(attention), *std::move(plan));
}

// The gradients in q, k and v where they are the parts of one array.
class StackedBackward : public Kernel {
 public:
  StackedBackward(std::unique_ptr<Kernel> backward, int64_t part_nbytes)
      : backward_(std::move(backward)), part_nbytes_(part_nbytes) {}

  int64_t workspace_nbytes() const override { return backward_->workspace_nbytes(); }
  absl::Status Enqueue(const KernelArgs& args) const override {
    std::byte* const dq = args.results[0];
    const std::array<std::byte*, 3> parts = {dq, dq + part_nbytes_, dq + 2 * part_nbytes_};
    return backward_->Enqueue({.operands = args.operands,
                               .results = parts,
                               .workspace = args.workspace,
                               .stream = args.stream,
                               .context = args.context});
  }

 private:
  const std::unique_ptr<Kernel> backward_;
  const int64_t part_nbytes_;
};

std::unique_ptr<Kernel> MakeStackedBackward(const KernelRequest& request) {
  const ir::Types parts(request.operands.begin(), request.operands.begin() + 3);
  std::unique_ptr<Kernel> backward = MakeBackward({.op = request.op,
                                                   .attrs = request.attrs,
                                                   .operands = request.operands,
                                                   .results = parts,
                                                   .regions = request.regions,
                                                   .module = request.module,
                                                   .libraries = request.libraries,
                                                   .is_aligned = request.is_aligned,
                                                   .allow_tf32 = request.allow_tf32,
                                                   .measure = request.measure});
  // The engines want each of them to begin where arrays do.
  const int64_t nbytes = parts[0].nbytes();
  if (backward == nullptr || nbytes % kPartAlignment != 0) return nullptr;
  return std::make_unique<StackedBackward>(std::move(backward), nbytes);
}

}  // namespace

void RegisterDotProductAttentionCuda(KernelRegistry& registry) {
  registry.Add(ops::kDotProductAttention, MakeForward);
  registry.Add(ops::kDotProductAttentionGradient, MakeBackward);
  registry.Add(kStackedAttentionGradient, MakeStackedBackward);
}

}  // namespace tricorn::backend::cuda
