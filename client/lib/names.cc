#include "client/lib/names.h"

namespace tricorn::client {

std::string ResourceName(const std::string& collection, const std::string& name) {
  return name.starts_with(collection + "/") ? name : collection + "/" + name;
}

std::string VersionName(const std::string& name) {
  const std::string full = ResourceName("models", name);
  return full.find("/versions/") != full.npos ? full : full + "/versions/latest";
}

}  // namespace tricorn::client
