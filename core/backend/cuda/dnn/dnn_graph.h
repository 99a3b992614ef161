#pragma once

#include <cudnn.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/backend/cuda/libraries/dnn_descriptor.h"

namespace tricorn::backend::cuda {

// A tensor of a graph of cuDNN's operations: a cheap handle.
struct DnnTensor {
  int64_t id = 0;  // names its address when a plan runs; 0 is no tensor
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  std::vector<int64_t> dims;
  std::vector<int64_t> strides;  // in elements
  std::shared_ptr<const DnnDescriptor> descriptor;
};

// Operations that cuDNN is to run as one. Like ir::Builder it keeps the first error, which the plan
// made of it returns, so that what builds graphs stays plain mathematics.
class DnnGraph {
 public:
  // In memory, at the address that is given for `id` (from 1) when the plan runs.
  DnnTensor Memory(int64_t id, cudnnDataType_t type, std::vector<int64_t> dims,
                   std::vector<int64_t> strides);
  // Between two operations, never in memory. Packed in row-major order without strides.
  DnnTensor Between(cudnnDataType_t type, std::vector<int64_t> dims,
                    std::vector<int64_t> strides = {});
  // One number beside every element of tensors of rank 4.
  DnnTensor Number(float value);

  // Of x and b, where `mode` takes two; of x, b and the condition t, where it selects.
  struct PointwiseOperands {
    DnnTensor x, b = {}, t = {};
  };
  void Pointwise(cudnnPointwiseMode_t mode, const PointwiseOperands& from, const DnnTensor& to,
                 cudnnDataType_t compute = CUDNN_DATA_FLOAT, int64_t axis = -1);
  // Into a tensor between, float32, as x.
  DnnTensor Pointwise(cudnnPointwiseMode_t mode, const PointwiseOperands& from);
  // The index of each element of x along `axis`, int32.
  DnnTensor Index(const DnnTensor& x, int64_t axis);
  // c = a b of the last two axes, accumulated in float32.
  void Matmul(const DnnTensor& a, const DnnTensor& b, const DnnTensor& c);
  // y is x folded over the axes in which y has length 1.
  void Reduce(cudnnReduceTensorOp_t op, const DnnTensor& x, const DnnTensor& y);
  // The same elements under other dims and strides.
  void Reshape(const DnnTensor& x, const DnnTensor& y);
  // An operation made elsewhere, finalized, which `description` tells apart from all others.
  void Add(absl::StatusOr<DnnDescriptor> operation, const std::string& description);

  const absl::Status& status() const { return status_; }
  const std::vector<DnnDescriptor>& operations() const { return operations_; }
  // By id: what a plan is to be given besides addresses.
  const std::vector<std::pair<int64_t, float>>& numbers() const { return numbers_; }
  // The tensors in memory: their ids and the bytes that they span.
  const std::vector<std::pair<int64_t, int64_t>>& spans() const { return spans_; }
  // Equal for equal graphs and no others.
  const std::string& description() const { return description_; }

 private:
  enum class Kind { kMemory, kBetween, kNumber };
  DnnTensor Make(Kind kind, int64_t id, cudnnDataType_t type, std::vector<int64_t> dims,
                 std::vector<int64_t> strides);
  void Keep(const absl::Status& status);
  bool ok() const { return status_.ok(); }

  absl::Status status_;
  std::vector<DnnDescriptor> operations_;
  std::vector<std::shared_ptr<const DnnDescriptor>> tensors_;
  std::vector<std::pair<int64_t, float>> numbers_;
  std::vector<std::pair<int64_t, int64_t>> spans_;
  std::string description_;
  int64_t next_id_ = 1000;  // beyond the caller's
};

// Row-major.
std::vector<int64_t> PackedStrides(const std::vector<int64_t>& dims);

}  // namespace tricorn::backend::cuda
