#include "worker/predictor/predict_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/base/within_memory.h"
#include "proto/rpc/status.h"
#include "proto/tensor/wire_tensor.h"
#include "tricorn/v1/predict.grpc.pb.h"
#include "worker/predictor/inputs.h"

namespace tricorn::worker {
namespace {

class Service : public v1::PredictService::CallbackService {
 public:
  Service(PredictModel& model, const PredictServerOptions& options, Batcher& batcher,
          PredictorStatsCounter& stats)
      : model_(model), options_(options), batcher_(batcher), stats_(stats) {}

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override {
    const absl::Time begin = absl::Now();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto finish = [this, reactor, begin](const absl::Status& status) {
      stats_.CountRequest(status, absl::Now() - begin);
      reactor->Finish(rpc::ToGrpc(status));
    };
    if (const absl::Status status = CheckTarget(request->target()); !status.ok()) {
      finish(status);
      return reactor;
    }
    absl::StatusOr<std::vector<Tensor>> inputs = InputsOf(*request, model_.inputs());
    if (!inputs.ok()) {
      finish(inputs.status());
      return reactor;
    }
    batcher_.Submit({.inputs = *std::move(inputs),
                     .deadline = std::min(absl::FromChrono(context->deadline()),
                                          begin + options_.max_request_time),
                     .is_abandoned = [context] { return context->IsCancelled(); },
                     .reply =
                         [this, finish, response](absl::StatusOr<std::vector<Tensor>> outputs) {
                           finish(outputs.ok() ? Fill(*outputs, response) : outputs.status());
                         }});
    return reactor;
  }

 private:
  absl::Status CheckTarget(const std::string& target) const {
    const std::string& version = options_.model_version;
    const std::string model = version.substr(0, version.find("/versions/"));
    if (target == options_.deployment || target == version || target == model) {
      return absl::OkStatus();
    }
    return NotFound("target: expected {} or {}, which this predictor serves, received '{}'",
                    options_.deployment, version, target);
  }
  absl::Status Fill(const std::vector<Tensor>& outputs, v1::PredictResponse* response) const {
    return WithinMemory("outputs", [&] {
      response->set_model_version(options_.model_version);
      for (size_t i = 0; i < outputs.size(); ++i) {
        v1::NamedTensor& named = *response->add_outputs();
        named.set_name(model_.outputs()[i].name);
        *named.mutable_tensor() = ToWire(outputs[i]);
      }
      return absl::OkStatus();
    });
  }

  PredictModel& model_;
  const PredictServerOptions& options_;
  Batcher& batcher_;
  PredictorStatsCounter& stats_;
};

}  // namespace

struct PredictServer::Impl {
  Impl(PredictModel& model, PredictServerOptions options_, PredictorStatsCounter& stats)
      : options(std::move(options_)),
        batcher(model, options.batching,
                [&stats](int64_t rows, int64_t, absl::Duration) { stats.CountBatch(rows); }),
        service(model, options, batcher, stats) {}

  const PredictServerOptions options;
  Batcher batcher;
  Service service;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

absl::StatusOr<std::unique_ptr<PredictServer>> PredictServer::Start(
    PredictModel& model, const PredictServerOptions& options, PredictorStatsCounter& stats) {
  ASSIGN_OR_RETURN(auto credentials,
                   rpc::ServerCredentialsFor(options.listen, options.tls, options.insecure));
  auto impl = std::make_unique<Impl>(model, options, stats);
  RETURN_IF_ERROR(WithSubject(impl->batcher.WarmUp(), options.model_version));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  rpc::ConfigureServer(builder, rpc::kLargestMessageBytes);
  builder.AddListeningPort(options.listen, credentials, &impl->port);
  builder.RegisterService(&impl->service);
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || impl->port == 0) {
    return Unavailable("listen {}: expected a free host:port, received one that cannot be bound",
                       options.listen);
  }
  return std::unique_ptr<PredictServer>(new PredictServer(std::move(impl)));
}

PredictServer::PredictServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PredictServer::~PredictServer() {
  impl_->server->GetHealthCheckService()->SetServingStatus(false);
  impl_->batcher.StopGathering();
  impl_->server->Shutdown(absl::ToChronoTime(absl::Now() + impl_->options.shutdown_grace));
}

std::string PredictServer::address() const {
  const std::string& listen = impl_->options.listen;
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), impl_->port);
}

int64_t PredictServer::queued_rows() const { return impl_->batcher.queued_rows(); }

}  // namespace tricorn::worker
