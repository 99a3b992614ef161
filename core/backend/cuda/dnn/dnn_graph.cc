#include "core/backend/cuda/dnn/dnn_graph.h"

#include "absl/strings/str_join.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kAlignment = 16;  // of addresses, in bytes

int64_t SizeOf(cudnnDataType_t type) {
  switch (type) {
    case CUDNN_DATA_DOUBLE:
      return 8;
    case CUDNN_DATA_HALF:
    case CUDNN_DATA_BFLOAT16:
      return 2;
    default:
      return 4;
  }
}

absl::StatusOr<DnnDescriptor> MakeTensor(const DnnTensor& tensor, bool is_virtual, bool is_number) {
  ASSIGN_OR_RETURN(DnnDescriptor made, DnnDescriptor::Create(CUDNN_BACKEND_TENSOR_DESCRIPTOR));
  RETURN_IF_ERROR(made.SetType(CUDNN_ATTR_TENSOR_DATA_TYPE, tensor.type));
  RETURN_IF_ERROR(made.SetInts(CUDNN_ATTR_TENSOR_DIMENSIONS, tensor.dims));
  RETURN_IF_ERROR(made.SetInts(CUDNN_ATTR_TENSOR_STRIDES, tensor.strides));
  RETURN_IF_ERROR(made.SetInts(CUDNN_ATTR_TENSOR_UNIQUE_ID, {tensor.id}));
  RETURN_IF_ERROR(made.SetInts(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {kAlignment}));
  if (is_virtual) RETURN_IF_ERROR(made.SetBool(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true));
  if (is_number) RETURN_IF_ERROR(made.SetBool(CUDNN_ATTR_TENSOR_IS_BY_VALUE, true));
  RETURN_IF_ERROR(made.Finalize());
  return made;
}

absl::StatusOr<DnnDescriptor> MakePointwise(cudnnPointwiseMode_t mode,
                                            const DnnGraph::PointwiseOperands& from,
                                            const DnnTensor& to, cudnnDataType_t compute,
                                            int64_t axis) {
  ASSIGN_OR_RETURN(DnnDescriptor kind, DnnDescriptor::Create(CUDNN_BACKEND_POINTWISE_DESCRIPTOR));
  RETURN_IF_ERROR(kind.Set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode));
  RETURN_IF_ERROR(kind.SetType(CUDNN_ATTR_POINTWISE_MATH_PREC, compute));
  if (axis >= 0) RETURN_IF_ERROR(kind.SetInts(CUDNN_ATTR_POINTWISE_AXIS, {axis}));
  RETURN_IF_ERROR(kind.Finalize());
  ASSIGN_OR_RETURN(DnnDescriptor made,
                   DnnDescriptor::Create(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kind));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, *from.x.descriptor));
  if (from.b.id != 0) {
    RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *from.b.descriptor));
  }
  if (from.t.id != 0) {
    RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_POINTWISE_TDESC, *from.t.descriptor));
  }
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, *to.descriptor));
  RETURN_IF_ERROR(made.Finalize());
  return made;
}

absl::StatusOr<DnnDescriptor> MakeMatmul(const DnnTensor& a, const DnnTensor& b,
                                         const DnnTensor& c) {
  ASSIGN_OR_RETURN(DnnDescriptor kind, DnnDescriptor::Create(CUDNN_BACKEND_MATMUL_DESCRIPTOR));
  RETURN_IF_ERROR(kind.SetType(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_DATA_FLOAT));
  RETURN_IF_ERROR(kind.Finalize());
  ASSIGN_OR_RETURN(DnnDescriptor made,
                   DnnDescriptor::Create(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_MATMUL_ADESC, *a.descriptor));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_MATMUL_BDESC, *b.descriptor));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_MATMUL_CDESC, *c.descriptor));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_MATMUL_DESC, kind));
  RETURN_IF_ERROR(made.Finalize());
  return made;
}

absl::StatusOr<DnnDescriptor> MakeReduction(cudnnReduceTensorOp_t op, const DnnTensor& x,
                                            const DnnTensor& y) {
  ASSIGN_OR_RETURN(DnnDescriptor kind, DnnDescriptor::Create(CUDNN_BACKEND_REDUCTION_DESCRIPTOR));
  RETURN_IF_ERROR(
      kind.Set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, 1, &op));
  RETURN_IF_ERROR(kind.SetType(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_DATA_FLOAT));
  RETURN_IF_ERROR(kind.Finalize());
  ASSIGN_OR_RETURN(DnnDescriptor made,
                   DnnDescriptor::Create(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, *x.descriptor));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, *y.descriptor));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_REDUCTION_DESC, kind));
  RETURN_IF_ERROR(made.Finalize());
  return made;
}

absl::StatusOr<DnnDescriptor> MakeReshape(const DnnTensor& x, const DnnTensor& y) {
  ASSIGN_OR_RETURN(DnnDescriptor made,
                   DnnDescriptor::Create(CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_RESHAPE_XDESC, *x.descriptor));
  RETURN_IF_ERROR(made.SetDescriptor(CUDNN_ATTR_OPERATION_RESHAPE_YDESC, *y.descriptor));
  RETURN_IF_ERROR(made.Finalize());
  return made;
}

}  // namespace

std::vector<int64_t> PackedStrides(const std::vector<int64_t>& dims) {
  std::vector<int64_t> strides(dims.size(), 1);
  for (size_t k = dims.size(); k-- > 1;) strides[k - 1] = strides[k] * dims[k];
  return strides;
}

void DnnGraph::Keep(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

DnnTensor DnnGraph::Make(Kind kind, int64_t id, cudnnDataType_t type, std::vector<int64_t> dims,
                         std::vector<int64_t> strides) {
  DnnTensor tensor{id, type, std::move(dims), std::move(strides), nullptr};
  description_ +=
      fmt::format("{} {} {} [{}] [{}]\n", id, static_cast<int>(kind), static_cast<int>(type),
                  absl::StrJoin(tensor.dims, ","), absl::StrJoin(tensor.strides, ","));
  auto descriptor = MakeTensor(tensor, kind == Kind::kBetween, kind == Kind::kNumber);
  if (descriptor.ok()) {
    tensor.descriptor = std::make_shared<const DnnDescriptor>(*std::move(descriptor));
  } else {
    Keep(descriptor.status());
    tensor.descriptor = std::make_shared<const DnnDescriptor>();
  }
  tensors_.push_back(tensor.descriptor);
  return tensor;
}

DnnTensor DnnGraph::Memory(int64_t id, cudnnDataType_t type, std::vector<int64_t> dims,
                           std::vector<int64_t> strides) {
  int64_t last = 0;
  for (size_t k = 0; k < dims.size(); ++k) last += (dims[k] - 1) * strides[k];
  spans_.emplace_back(id, (last + 1) * SizeOf(type));
  return Make(Kind::kMemory, id, type, std::move(dims), std::move(strides));
}

DnnTensor DnnGraph::Between(cudnnDataType_t type, std::vector<int64_t> dims,
                            std::vector<int64_t> strides) {
  if (strides.empty()) strides = PackedStrides(dims);
  return Make(Kind::kBetween, next_id_++, type, std::move(dims), std::move(strides));
}

DnnTensor DnnGraph::Number(float value) {
  numbers_.emplace_back(next_id_, value);
  description_ += fmt::format("{}: ", value);
  return Make(Kind::kNumber, next_id_++, CUDNN_DATA_FLOAT, {1, 1, 1, 1}, {1, 1, 1, 1});
}

void DnnGraph::Pointwise(cudnnPointwiseMode_t mode, const PointwiseOperands& from,
                         const DnnTensor& to, cudnnDataType_t compute, int64_t axis) {
  if (!ok()) return;
  Add(MakePointwise(mode, from, to, compute, axis),
      fmt::format("pointwise {} {} {}: {} {} {} {}", static_cast<int>(mode),
                  static_cast<int>(compute), axis, from.x.id, from.b.id, from.t.id, to.id));
}

DnnTensor DnnGraph::Pointwise(cudnnPointwiseMode_t mode, const PointwiseOperands& from) {
  DnnTensor to = Between(CUDNN_DATA_FLOAT, from.x.dims);
  Pointwise(mode, from, to);
  return to;
}

DnnTensor DnnGraph::Index(const DnnTensor& x, int64_t axis) {
  DnnTensor to = Between(CUDNN_DATA_INT32, x.dims);
  Pointwise(CUDNN_POINTWISE_GEN_INDEX, {x}, to, CUDNN_DATA_INT32, axis);
  return to;
}

void DnnGraph::Matmul(const DnnTensor& a, const DnnTensor& b, const DnnTensor& c) {
  if (ok()) Add(MakeMatmul(a, b, c), fmt::format("matmul {} {} {}", a.id, b.id, c.id));
}

void DnnGraph::Reduce(cudnnReduceTensorOp_t op, const DnnTensor& x, const DnnTensor& y) {
  if (!ok()) return;
  Add(MakeReduction(op, x, y), fmt::format("reduce {} {} {}", static_cast<int>(op), x.id, y.id));
}

void DnnGraph::Reshape(const DnnTensor& x, const DnnTensor& y) {
  if (ok()) Add(MakeReshape(x, y), fmt::format("reshape {} {}", x.id, y.id));
}

void DnnGraph::Add(absl::StatusOr<DnnDescriptor> operation, const std::string& description) {
  Keep(operation.status());
  if (!ok()) return;
  operations_.push_back(*std::move(operation));
  description_ += description + "\n";
}

}  // namespace tricorn::backend::cuda
