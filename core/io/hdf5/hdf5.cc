#include "core/io/hdf5/hdf5.h"

#include <algorithm>

namespace tricorn {
namespace {

// Cuts the first name off `path`.
std::string_view TakeName(std::string_view& path) {
  const size_t slash = std::min(path.find('/'), path.size());
  const std::string_view name = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return name;
}

}  // namespace

const Hdf5Group* Hdf5Group::Find(std::string_view path) const {
  const Hdf5Group* group = this;
  while (!path.empty()) {
    const auto child = group->groups.find(TakeName(path));
    if (child == group->groups.end()) return nullptr;
    group = &child->second;
  }
  return group;
}

Hdf5Group& Hdf5Group::Make(std::string_view path) {
  Hdf5Group* group = this;
  while (!path.empty()) group = &group->groups[std::string(TakeName(path))];
  return *group;
}

bool BitwiseEqual(const Hdf5Group& a, const Hdf5Group& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x.first == y.first && BitwiseEqual(x.second, y.second);
  };
  return a.attributes == b.attributes && a.string_lists == b.string_lists &&
         std::equal(a.groups.begin(), a.groups.end(), b.groups.begin(), b.groups.end(), same) &&
         std::equal(a.datasets.begin(), a.datasets.end(), b.datasets.begin(), b.datasets.end(),
                    same);
}

}  // namespace tricorn
