#pragma once

#include <string>
#include <vector>

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// How many threads run a generated kernel.
struct Launch {
  int64_t blocks = 1;
  int threads = 256;  // a block
  int64_t blocks_y = 1;
  int64_t shared_nbytes = 0;  // of the body's `extern __shared__` array
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
    // What the body sees as `num_elements`, if it does: kernels that differ in it alone are one
    // function where they share a launch.
    int64_t num_elements = 0;
  };
  // Stages run one after another; later ones see what earlier ones wrote.
  GeneratedKernel(const KernelRequest& request, const std::vector<Stage>& stages,
                  int64_t workspace_nbytes = 0, std::vector<bool> may_overwrite = {});

  int64_t workspace_nbytes() const override { return workspace_nbytes_; }
  bool may_overwrite(size_t operand, size_t /*result*/) const override {
    return operand < may_overwrite_.size() && may_overwrite_[operand];
  }
  bool may_run_beside() const override { return true; }
  absl::Status Enqueue(const KernelArgs& args) const override;

  const std::vector<Stage>& stages() const { return stages_; }
  // The types of x0, x1, ..., y0, y1, ...
  const std::vector<std::string>& pointer_types() const { return pointer_types_; }
  size_t num_operands() const { return num_operands_; }
  const std::string& name() const { return name_; }  // in traces

 private:
  const std::string name_;
  const size_t num_operands_;
  const std::vector<std::string> pointer_types_;
  const std::vector<Stage> stages_;
  std::vector<std::shared_ptr<const Function>> functions_;  // of the stages
  const int64_t workspace_nbytes_;
  const std::vector<bool> may_overwrite_;
};

// The name of the body's pointer `i` of `num_operands` to operands and then of results.
std::string PointerName(size_t i, size_t num_operands);

// A kernel of which each thread computes elements of all results on its own: `compute` is the code
// that has element number `i` of `count` computed, in `elements[o]` of result o (an expression of
// its stored type). Defines the type Index.
std::unique_ptr<Kernel> MakeElementKernel(const KernelRequest& request, int64_t count,
                                          const std::string& compute,
                                          const std::vector<std::string>& elements);

// The same for neighbouring elements, `width` a thread, stored as one: `loads` is the code for all
// of them (`left` from number `first` on), `compute` that for number i = first + u.
struct VectorCode {
  std::string loads;
  std::string compute;
  std::vector<std::string> elements;
};
std::unique_ptr<Kernel> MakeVectorKernel(const KernelRequest& request, int64_t count, int width,
                                         const VectorCode& code, std::vector<bool> may_overwrite);

}  // namespace tricorn::backend::cuda
