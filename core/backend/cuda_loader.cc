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

std::string ModulePath() {
  if (const char* path = std::getenv("TRICORN_CUDA_MODULE")) return path;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "libtricorn_cuda.so" : program.parent_path() / "libtricorn_cuda.so";
}

absl::StatusOr<CreateFunction> LoadModule() {
  const std::string path = ModulePath();
  // Never unloaded: devices that it made live as long as they like.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return absl::NotFoundError(
        fmt::format("{}: expected the CUDA module, received {}", path, dlerror()));
  }
  const auto build = reinterpret_cast<BuildFunction>(dlsym(module, "tricorn_cuda_module_build"));
  const auto create = reinterpret_cast<CreateFunction>(dlsym(module, "tricorn_cuda_create_device"));
  if (build == nullptr || create == nullptr) {
    return FailedPrecondition("{}: expected a CUDA module of Tricorn, received another library",
                              path);
  }
  if (std::string_view(build()) != kModuleBuild) {
    return FailedPrecondition("{}: expected \"{}\", received \"{}\"", path, kModuleBuild, build());
  }
  return create;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Device>> LoadCudaDevice(int ordinal, const CudaOptions& options) {
  static const auto* const create = new absl::StatusOr<CreateFunction>(LoadModule());
  RETURN_IF_ERROR(create->status());
  absl::StatusOr<std::unique_ptr<Device>> device = Internal("CUDA module made no device");
  (**create)(ordinal, options, &device);
  return device;
}

}  // namespace tricorn::backend
