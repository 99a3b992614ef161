#include "core/backend/cuda/dnn/dnn_conv.h"

#include "core/base/json_fields.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

// What differs between a convolution and its two gradients: the descriptor and its attributes.
struct OperationNames {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t x, kernel, y, convolution, alpha, beta;
};

constexpr OperationNames kForward = {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
constexpr OperationNames kInputGradient = {
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
constexpr OperationNames kKernelGradient = {
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};

const OperationNames& NamesOf(DnnConvKind kind) {
  switch (kind) {
    case DnnConvKind::kInputGradient:
      return kInputGradient;
    case DnnConvKind::kKernelGradient:
      return kKernelGradient;
    case DnnConvKind::kForward:
      break;
  }
  return kForward;
}

// Of (batch, channels, spatial...), the channels last in memory.
std::vector<int64_t> ChannelsLast(const std::vector<int64_t>& dims) {
  std::vector<int64_t> strides(dims.size(), 1);
  int64_t stride = dims[1];
  for (size_t k = dims.size(); k-- > 2;) {
    strides[k] = stride;
    stride *= dims[k];
  }
  strides[0] = stride;
  return strides;
}

std::vector<int64_t> ImageDims(const Shape& shape) {
  std::vector<int64_t> dims = {shape[0], shape[shape.rank() - 1]};
  for (int k = 1; k < shape.rank() - 1; ++k) dims.push_back(shape[k]);
  if (shape.rank() == 3) dims.push_back(1);
  return dims;
}

absl::StatusOr<DnnDescriptor> MakeConvolution(const ops::ConvAttrs& attrs, DType dtype) {
  ASSIGN_OR_RETURN(DnnDescriptor convolution,
                   DnnDescriptor::Create(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR));
  const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  const auto padded = [&](std::vector<int64_t> values, int64_t last) {
    if (values.size() == 1) values.push_back(last);
    return values;
  };
  const std::vector<int64_t> low = padded(attrs.padding_low, 0);
  RETURN_IF_ERROR(convolution.SetType(CUDNN_ATTR_CONVOLUTION_COMP_TYPE,
                                      dtype == DType::kF64 ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT));
  RETURN_IF_ERROR(
      convolution.Set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode));
  RETURN_IF_ERROR(
      convolution.SetInts(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {static_cast<int64_t>(low.size())}));
  RETURN_IF_ERROR(convolution.SetInts(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, low));
  RETURN_IF_ERROR(
      convolution.SetInts(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, padded(attrs.padding_high, 0)));
  RETURN_IF_ERROR(
      convolution.SetInts(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, padded(attrs.strides, 1)));
  RETURN_IF_ERROR(convolution.SetInts(CUDNN_ATTR_CONVOLUTION_DILATIONS, padded(attrs.dilation, 1)));
  RETURN_IF_ERROR(convolution.Finalize());
  return convolution;
}

absl::StatusOr<DnnDescriptor> MakeOperation(const OperationNames& names,
                                            const ops::ConvAttrs& attrs, DType dtype,
                                            const DnnTensor& x, const DnnTensor& kernel,
                                            const DnnTensor& y) {
  ASSIGN_OR_RETURN(const DnnDescriptor convolution, MakeConvolution(attrs, dtype));
  ASSIGN_OR_RETURN(DnnDescriptor operation, DnnDescriptor::Create(names.type));
  RETURN_IF_ERROR(operation.SetDescriptor(names.x, *x.descriptor));
  RETURN_IF_ERROR(operation.SetDescriptor(names.kernel, *kernel.descriptor));
  RETURN_IF_ERROR(operation.SetDescriptor(names.y, *y.descriptor));
  RETURN_IF_ERROR(operation.SetDescriptor(names.convolution, convolution));
  const double one = 1, zero = 0;
  const float one_float = 1, zero_float = 0;
  const bool is_double = dtype == DType::kF64;
  const auto type = is_double ? CUDNN_TYPE_DOUBLE : CUDNN_TYPE_FLOAT;
  RETURN_IF_ERROR(
      operation.Set(names.alpha, type, 1, is_double ? static_cast<const void*>(&one) : &one_float));
  RETURN_IF_ERROR(operation.Set(names.beta, type, 1,
                                is_double ? static_cast<const void*>(&zero) : &zero_float));
  RETURN_IF_ERROR(operation.Finalize());
  return operation;
}

}  // namespace

DnnTensor DnnImage(DnnGraph& graph, int64_t id, DType dtype, const Shape& shape) {
  const std::vector<int64_t> dims = ImageDims(shape);
  return graph.Memory(id, DnnDataType(dtype), dims, ChannelsLast(dims));
}

DnnTensor DnnKernel(DnnGraph& graph, int64_t id, DType dtype, const Shape& shape) {
  const int n = shape.rank() - 2;
  std::vector<int64_t> dims = {shape[n + 1], shape[n]};
  for (int k = 0; k < n; ++k) dims.push_back(shape[k]);
  if (n == 1) dims.push_back(1);
  return graph.Memory(id, DnnDataType(dtype), dims, ChannelsLast(dims));
}

void AddDnnConv(DnnGraph& graph, DnnConvKind kind, const ops::ConvAttrs& attrs, DType dtype,
                const DnnTensor& x, const DnnTensor& kernel, const DnnTensor& y) {
  const OperationNames& names = NamesOf(kind);
  graph.Add(MakeOperation(names, attrs, dtype, x, kernel, y),
            fmt::format("convolution {} {} {} {} {}", static_cast<int>(names.type),
                        ToJson(attrs).Dump(), x.id, kernel.id, y.id));
}

}  // namespace tricorn::backend::cuda
