#include "session.h"

#include "core/backend/profile.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace tricorn::bench {
namespace {

Tensor RandomImages(const Shape& sample, int64_t batch) {
  std::vector<int64_t> dims = sample.dims();
  dims.insert(dims.begin(), batch);
  Tensor x = Tensor::Uninitialized(DType::kF32, Shape(dims));
  PhiloxStream random(0, 1);
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<float>()[i] = random.Uniform();
  return x;
}

Tensor RandomLabels(int64_t batch) {
  Tensor y = Tensor::Uninitialized(DType::kI32, {batch});
  PhiloxStream random(0, 2);
  for (int64_t i = 0; i < batch; ++i) y.data<int32_t>()[i] = static_cast<int32_t>(random.Below(10));
  return y;
}

absl::StatusOr<backend::Buffer> ToDevice(backend::Device& device, const Tensor& tensor) {
  ASSIGN_OR_RETURN(backend::Buffer buffer, device.Allocate(tensor.nbytes()));
  RETURN_IF_ERROR(device.Upload(tensor, buffer));
  return buffer;
}

}  // namespace

Session::Session(backend::Device& device, Workload workload, Model model, int num_threads)
    : device_(device),
      workload_(std::move(workload)),
      model_(std::move(model)),
      num_threads_(num_threads) {}

absl::StatusOr<std::unique_ptr<Session>> Session::Make(backend::Device& device,
                                                       const Workload& workload, int num_threads) {
  ASSIGN_OR_RETURN(Model model, MakeModel(workload));
  std::unique_ptr<Session> session(new Session(device, workload, std::move(model), num_threads));
  RETURN_IF_ERROR(session->PrepareTraining());
  return session;
}

absl::Status Session::PrepareTraining() {
  backend::CompileOptions options{.donations = {}, .num_threads = num_threads_};
  for (size_t i = 0; i < model_.state.size(); ++i) {
    ASSIGN_OR_RETURN(inputs_.emplace_back(), ToDevice(device_, model_.state[i]));
    options.donations.emplace_back(static_cast<int32_t>(i), static_cast<int32_t>(i));
  }
  outputs_ = inputs_;
  ASSIGN_OR_RETURN(inputs_.emplace_back(),
                   ToDevice(device_, RandomImages(model_.sample, workload_.batch)));
  ASSIGN_OR_RETURN(inputs_.emplace_back(), ToDevice(device_, RandomLabels(workload_.batch)));
  ASSIGN_OR_RETURN(outputs_.emplace_back(), device_.Allocate(sizeof(float)));
  ASSIGN_OR_RETURN(step_, device_.Compile(model_.train_step, options));
  return absl::OkStatus();
}

absl::Status Session::Step() { return step_->Run(inputs_, outputs_, {}); }

absl::StatusOr<float> Session::Loss() {
  Tensor loss(DType::kF32, {});
  RETURN_IF_ERROR(device_.Download(outputs_.back(), loss));
  return loss.data<float>()[0];
}

absl::Status Session::PreparePredict(int64_t batch) {
  ASSIGN_OR_RETURN(const ir::Graph graph, MakePredict(workload_, model_, batch));
  ASSIGN_OR_RETURN(predict_,
                   device_.Compile(graph, {.donations = {}, .num_threads = num_threads_}));
  host_x_ = RandomImages(model_.sample, batch);
  const ir::Type& y = graph.type(graph.outputs()[0].value);
  host_y_ = Tensor(y.dtype, y.shape);
  predict_inputs_.assign(inputs_.begin(),
                         inputs_.begin() + static_cast<std::ptrdiff_t>(model_.num_weights));
  ASSIGN_OR_RETURN(predict_inputs_.emplace_back(), device_.Allocate(host_x_.nbytes()));
  ASSIGN_OR_RETURN(predict_output_, device_.Allocate(host_y_.nbytes()));
  return absl::OkStatus();
}

absl::Status Session::Predict() {
  RETURN_IF_ERROR(device_.Upload(host_x_, predict_inputs_.back()));
  RETURN_IF_ERROR(predict_->Run(predict_inputs_, {&predict_output_, 1}, {}));
  return device_.Download(predict_output_, host_y_);
}

absl::StatusOr<std::string> Session::Profile(int steps) {
  std::vector<int64_t> node_ns(step_->graph().nodes().size(), 0);
  for (int i = 0; i < steps; ++i) {
    RETURN_IF_ERROR(step_->Run(inputs_, outputs_, {.collectives = nullptr, .node_ns = node_ns}));
  }
  return backend::ProfileTable(step_->graph(), node_ns, steps);
}

}  // namespace tricorn::bench
