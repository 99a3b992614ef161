#include "worker/keras/objects.h"

#include "core/base/status.h"
#include "core/keras/callbacks/registry.h"
#include "core/keras/plugins/plugin_loader.h"
#include "core/keras/saving/builtin_objects.h"

namespace tricorn::worker {

absl::StatusOr<keras::Registries> ObjectsWithPlugins(const std::string& plugin_directory) {
  keras::Registries objects = keras::BuiltinObjects();
  keras::AddCallbacks(objects.Of<keras::Callback>());
  if (plugin_directory.empty()) return objects;
  const auto loaded = keras::LoadPlugins(Env::Posix(), plugin_directory, objects);
  RETURN_IF_ERROR(WithSubject(loaded.status(), "plugins"));
  return objects;
}

}  // namespace tricorn::worker
