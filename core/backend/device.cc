#include "core/backend/device.h"

#include "core/base/status.h"

namespace tricorn::backend {
namespace {

// One set of buffers, which each batch is copied to before it runs.
class UploadingFeed : public Feed {
 public:
  UploadingFeed(Device& device, std::vector<Buffer> buffers)
      : device_(device), buffers_(std::move(buffers)) {}

  absl::StatusOr<std::span<const Buffer>> Send(std::span<const Tensor> batch) override {
    CHECK(batch.size() == buffers_.size());
    for (size_t i = 0; i < batch.size(); ++i) {
      RETURN_IF_ERROR(device_.Upload(batch[i], buffers_[i]));
    }
    return buffers_;
  }
  absl::Status Consumed() override { return absl::OkStatus(); }

 private:
  Device& device_;
  const std::vector<Buffer> buffers_;
};

}  // namespace

absl::StatusOr<Tensor> Device::AllocateHost(DType dtype, Shape shape) {
  return Tensor::Uninitialized(dtype, std::move(shape));
}

absl::StatusOr<std::unique_ptr<Feed>> Device::MakeFeed(std::span<const int64_t> nbytes) {
  std::vector<Buffer> buffers;
  for (const int64_t size : nbytes) {
    ASSIGN_OR_RETURN(buffers.emplace_back(), Allocate(size));
  }
  return std::make_unique<UploadingFeed>(*this, std::move(buffers));
}

absl::StatusOr<MemoryUse> Device::Memory() {
  return Unimplemented("{}: expected memory of its own, received the host's", platform());
}

absl::StatusOr<std::vector<Tensor>> Device::Evaluate(const ir::Graph& graph,
                                                     std::span<const Tensor> inputs,
                                                     const CompileOptions& options) {
  if (inputs.size() != graph.inputs().size()) {
    return InvalidArgument("evaluate: expected {} inputs, received {}", graph.inputs().size(),
                           inputs.size());
  }
  std::vector<Buffer> input_buffers, output_buffers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ir::Type& expected = graph.type(graph.inputs()[i].value);
    const ir::Type received{inputs[i].dtype(), inputs[i].shape()};
    if (!(expected == received)) {
      return InvalidArgument("{}: expected {}, received {}", graph.inputs()[i].name,
                             expected.ToString(), received.ToString());
    }
    ASSIGN_OR_RETURN(Buffer buffer, Allocate(inputs[i].nbytes()));
    RETURN_IF_ERROR(Upload(inputs[i], buffer));
    input_buffers.push_back(std::move(buffer));
  }
  std::vector<Tensor> outputs;
  for (const ir::NamedValue& output : graph.outputs()) {
    const ir::Type& type = graph.type(output.value);
    outputs.push_back(Tensor::Uninitialized(type.dtype, type.shape));
    ASSIGN_OR_RETURN(Buffer buffer, Allocate(type.nbytes()));
    output_buffers.push_back(std::move(buffer));
  }
  for (const auto& [input, output] : options.donations) {
    output_buffers.at(static_cast<size_t>(output)) = input_buffers.at(static_cast<size_t>(input));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Executable> executable, Compile(graph, options));
  RETURN_IF_ERROR(executable->Run(input_buffers, output_buffers, {}));
  for (size_t i = 0; i < outputs.size(); ++i) {
    RETURN_IF_ERROR(Download(output_buffers[i], outputs[i]));
  }
  return outputs;
}

}  // namespace tricorn::backend
