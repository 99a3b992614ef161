#pragma once

#include <string>
#include <vector>

#include "core/backend/cuda/kernel.h"

namespace tricorn::backend::cuda {

// How many threads run a generated kernel.
struct Launch {
  int64_t blocks = 1;
  int threads = 256;  // a block
  int64_t blocks_y = 1;
};

// One kernel written for one node: its shapes and dtypes are constants of the source.
//
// The body sees its operands as x0, x1, ..., its results as y0, y1, ... (pointers to their element
// types) and `workspace` (unsigned char*).
class GeneratedKernel : public Kernel {
 public:
  struct Stage {
    std::string body;
    Launch launch;
  };
  // Stages run one after another; later ones see what earlier ones wrote.
  GeneratedKernel(const KernelRequest& request, const std::vector<Stage>& stages,
                  int64_t workspace_nbytes = 0, std::vector<bool> may_overwrite = {});

  int64_t workspace_nbytes() const override { return workspace_nbytes_; }
  bool may_overwrite(size_t operand) const override {
    return operand < may_overwrite_.size() && may_overwrite_[operand];
  }
  absl::Status Enqueue(const KernelArgs& args) const override;

 private:
  struct Loaded {
    std::shared_ptr<const Function> function;
    Launch launch;
  };
  std::vector<Loaded> stages_;
  const int64_t workspace_nbytes_;
  const std::vector<bool> may_overwrite_;
};

// A kernel of which each thread computes elements of all results on its own: `compute` is the code
// that has element number `i` of `count` computed, in `elements[o]` of result o (an expression of
// its stored type). Defines the type Index.
std::unique_ptr<Kernel> MakeElementKernel(const KernelRequest& request, int64_t count,
                                          const std::string& compute,
                                          const std::vector<std::string>& elements,
                                          std::vector<bool> may_overwrite = {});

}  // namespace tricorn::backend::cuda
