#include "core/backend/cuda/kernel/host_kernel.h"

#include <utility>

#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {
namespace {

class HostKernel : public Kernel {
 public:
  HostKernel(const KernelRequest& request, HostFunction compute) : compute_(std::move(compute)) {
    for (const ir::Type& type : request.operands) operand_nbytes_.push_back(type.nbytes());
    for (const ir::Type& type : request.results) result_nbytes_.push_back(type.nbytes());
  }

  bool can_be_captured() const override { return false; }

  absl::Status Enqueue(const KernelArgs& args) const override {
    std::vector<std::vector<std::byte>> operands, results;
    std::vector<const std::byte*> x;
    std::vector<std::byte*> y;
    for (size_t i = 0; i < operand_nbytes_.size(); ++i) {
      const auto nbytes = static_cast<size_t>(operand_nbytes_[i]);
      x.push_back(operands.emplace_back(nbytes).data());
      RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(operands[i].data(), args.operands[i], nbytes,
                                           cudaMemcpyDeviceToHost, args.stream));
    }
    RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(args.stream));
    for (const int64_t nbytes : result_nbytes_) {
      y.push_back(results.emplace_back(static_cast<size_t>(nbytes)).data());
    }
    compute_(x, y);
    for (size_t i = 0; i < results.size(); ++i) {
      // From pageable memory: returns when the bytes are staged.
      RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(args.results[i], results[i].data(), results[i].size(),
                                           cudaMemcpyHostToDevice, args.stream));
    }
    return absl::OkStatus();
  }

 private:
  const HostFunction compute_;
  std::vector<int64_t> operand_nbytes_;
  std::vector<int64_t> result_nbytes_;
};

}  // namespace

std::unique_ptr<Kernel> MakeHostKernel(const KernelRequest& request, HostFunction compute) {
  return std::make_unique<HostKernel>(request, std::move(compute));
}

}  // namespace tricorn::backend::cuda
