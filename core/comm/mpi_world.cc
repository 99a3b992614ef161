#include "core/comm/mpi_world.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

using BuildFunction = const char* (*)();
using JoinFunction = void (*)(absl::StatusOr<std::unique_ptr<MpiWorld>>* world);

std::string ModulePath() {
  if (const char* path = std::getenv("TRICORN_MPI_MODULE")) return path;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "libtricorn_mpi.so" : program.parent_path() / "libtricorn_mpi.so";
}

}  // namespace

absl::StatusOr<std::unique_ptr<MpiWorld>> JoinMpiWorld() {
  const std::string path = ModulePath();
  // Never unloaded: MPI cannot begin twice in a process.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return NotFound("{}: expected the MPI module, received {}", path, dlerror());
  }
  const auto build = reinterpret_cast<BuildFunction>(dlsym(module, "tricorn_mpi_module_build"));
  const auto join = reinterpret_cast<JoinFunction>(dlsym(module, "tricorn_mpi_join"));
  if (build == nullptr || join == nullptr) {
    return FailedPrecondition("{}: expected an MPI module of Tricorn, received another library",
                              path);
  }
  if (std::string(build()) != kMpiModuleBuild) {
    return FailedPrecondition("{}: expected \"{}\", received \"{}\"", path, kMpiModuleBuild,
                              build());
  }
  absl::StatusOr<std::unique_ptr<MpiWorld>> world = Internal("MPI module made no world");
  join(&world);
  return world;
}

}  // namespace tricorn::comm
