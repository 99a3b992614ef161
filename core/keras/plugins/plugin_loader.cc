#include "core/keras/plugins/plugin_loader.h"

#include <dlfcn.h>
#include <sys/stat.h>

#include <cstring>

#include "core/base/status.h"
#include "core/keras/plugins/plugin.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kSuffix = ".so";
constexpr size_t kMaxAbiLength = 100;

using Register = void (*)(Registries*);

// Code that anybody could have put there is nobody's to run.
absl::Status CheckOwned(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return NotFound("{}: expected a plugin or a directory of some: {}", path, strerror(errno));
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(
        fmt::format("{}: expected a path that its owner alone may write to, received mode {:o}",
                    path, status.st_mode & 07777u));
  }
  return absl::OkStatus();
}

absl::Status Load(const std::string& path, Registries& objects) {
  RETURN_IF_ERROR(CheckOwned(path));
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return FailedPrecondition("{}: expected a shared object that this engine can load: {}", path,
                              dlerror());
  }
  const auto* abi = static_cast<const char*>(dlsym(library, "tricorn_plugin_abi"));
  const auto add = reinterpret_cast<Register>(dlsym(library, "tricorn_plugin_register"));
  if (abi == nullptr || add == nullptr) {
    dlclose(library);
    return FailedPrecondition("{}: expected TRICORN_PLUGIN in a plugin, received another library",
                              path);
  }
  const std::string received(abi, strnlen(abi, kMaxAbiLength));
  if (received != TRICORN_PLUGIN_ABI) {
    dlclose(library);
    return FailedPrecondition("{}: expected a plugin built for {}, received one for {}", path,
                              TRICORN_PLUGIN_ABI, received);
  }
  add(&objects);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> LoadPlugins(Env& env, const std::string& directory,
                                                     Registries& objects) {
  RETURN_IF_ERROR(CheckOwned(directory));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env.List(directory));
  std::vector<std::string> loaded;
  for (const std::string& name : names) {
    if (!name.ends_with(kSuffix)) continue;
    RETURN_IF_ERROR(Load(JoinPath(directory, name), objects));
    loaded.push_back(name);
  }
  return loaded;
}

}  // namespace tricorn::keras
