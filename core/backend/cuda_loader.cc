#include "core/backend/cuda_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/status.h"

namespace tricorn::backend {
namespace {

using BuildFunction = const char* (*)();
using CreateFunction = void (*)(int ordinal, const CudaOptions& options,
                                absl::StatusOr<std::unique_ptr<Device>>* device);
using GraphFunction = void (*)(const CudaOptions& options, absl::StatusOr<ir::Graph>* graph);

using TraceFunction = void (*)(absl::StatusOr<std::unique_ptr<Trace>>* trace);

struct Module {
  CreateFunction create;
  GraphFunction run_passes;
  TraceFunction start_trace;
};

std::string ModulePath() {
  if (const char* path = std::getenv("TRICORN_CUDA_MODULE")) return path;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "libtricorn_cuda.so" : program.parent_path() / "libtricorn_cuda.so";
}

absl::StatusOr<Module> LoadModule() {
  const std::string path = ModulePath();
  // Never unloaded: devices that it made live as long as they like.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return absl::NotFoundError(
        fmt::format("{}: expected the CUDA module, received {}", path, dlerror()));
  }
  const auto build = reinterpret_cast<BuildFunction>(dlsym(module, "tricorn_cuda_module_build"));
  const auto create = reinterpret_cast<CreateFunction>(dlsym(module, "tricorn_cuda_create_device"));
  const auto run_passes = reinterpret_cast<GraphFunction>(dlsym(module, "tricorn_cuda_run_passes"));
  const auto start_trace =
      reinterpret_cast<TraceFunction>(dlsym(module, "tricorn_cuda_start_trace"));
  if (build == nullptr || create == nullptr || run_passes == nullptr || start_trace == nullptr) {
    return FailedPrecondition("{}: expected a CUDA module of Tricorn, received another library",
                              path);
  }
  if (std::string_view(build()) != kModuleBuild) {
    return FailedPrecondition("{}: expected \"{}\", received \"{}\"", path, kModuleBuild, build());
  }
  return Module{create, run_passes, start_trace};
}

const absl::StatusOr<Module>& LoadedModule() {
  static const auto* const module = new absl::StatusOr<Module>(LoadModule());
  return *module;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Device>> LoadCudaDevice(int ordinal, const CudaOptions& options) {
  RETURN_IF_ERROR(LoadedModule().status());
  absl::StatusOr<std::unique_ptr<Device>> device = Internal("CUDA module made no device");
  LoadedModule()->create(ordinal, options, &device);
  return device;
}

absl::StatusOr<std::unique_ptr<Trace>> StartCudaTrace() {
  RETURN_IF_ERROR(LoadedModule().status());
  absl::StatusOr<std::unique_ptr<Trace>> trace = Internal("CUDA module made no trace");
  LoadedModule()->start_trace(&trace);
  return trace;
}

bool HasCudaModule() {
  std::error_code error;
  return std::filesystem::exists(ModulePath(), error);
}

absl::StatusOr<ir::Graph> CudaGraph(ir::Graph graph, const CudaOptions& options) {
  RETURN_IF_ERROR(LoadedModule().status());
  absl::StatusOr<ir::Graph> compiled = std::move(graph);
  LoadedModule()->run_passes(options, &compiled);
  return compiled;
}

absl::StatusOr<void*> CudaModuleSymbol(const std::string& name) {
  const std::string path = ModulePath();
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return NotFound("{}: expected the CUDA module, received {}", path, dlerror());
  }
  if (void* const symbol = dlsym(module, name.c_str())) return symbol;
  return FailedPrecondition("{}: expected {}, received a module built without it", path, name);
}

}  // namespace tricorn::backend
