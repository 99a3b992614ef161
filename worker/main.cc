// tricorn-worker: the agent of one machine, and the processes that it starts.

#include "core/base/status.h"
#include "worker/program/worker_main.h"

namespace tricorn::worker {
namespace {

class NoEngine : public Engine {
  absl::StatusOr<EngineResult> Run(EngineTask, EngineEvents&) override {
    return absl::UnimplementedError("tricorn-worker: expected an engine, built without one");
  }
};

absl::StatusOr<std::unique_ptr<PredictModel>> NoModel(std::string) {
  return absl::UnimplementedError("tricorn-worker: expected an engine, built without one");
}

}  // namespace
}  // namespace tricorn::worker

int main(int argc, char** argv) {
  using namespace tricorn::worker;
  return WorkerMain(argc, argv,
                    {.make_engine = [] { return std::make_unique<NoEngine>(); },
                     .model_loader = [](int) -> LoadModel { return NoModel; }});
}
