#pragma once

#include <memory>
#include <utility>

#include "core/backend/cpu/kernel/kernel.h"

namespace tricorn::backend::cpu {

// A kernel that is one function of its arguments and cannot fail.
template <typename F>
std::unique_ptr<Kernel> MakeKernel(F run, int64_t workspace_nbytes = 0) {
  class FunctionKernel : public Kernel {
   public:
    FunctionKernel(F run, int64_t workspace_nbytes)
        : run_(std::move(run)), workspace_nbytes_(workspace_nbytes) {}
    int64_t workspace_nbytes() const override { return workspace_nbytes_; }
    absl::Status Run(const KernelArgs& args) const override {
      run_(args);
      return absl::OkStatus();
    }

   private:
    const F run_;
    const int64_t workspace_nbytes_;
  };
  return std::make_unique<FunctionKernel>(std::move(run), workspace_nbytes);
}

}  // namespace tricorn::backend::cpu
