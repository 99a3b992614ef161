#include "core/keras/saving/layer_walk.h"

#include <algorithm>
#include <map>

#include "absl/container/flat_hash_set.h"
#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

using Visit = absl::FunctionRef<absl::Status(const std::string&, Layer&)>;

// The list of layers of a model comes first, private attributes last, the others by name.
std::vector<Layer::Child> InFileOrder(const Layer& layer) {
  std::vector<Layer::Child> children = layer.children();
  const auto rank = [](const Layer::Child& child) {
    return child.attribute == "layers" ? 0 : child.attribute.starts_with("_") ? 2 : 1;
  };
  std::stable_sort(children.begin(), children.end(), [&](const auto& a, const auto& b) {
    return std::make_pair(rank(a), a.attribute) < std::make_pair(rank(b), b.attribute);
  });
  return children;
}

absl::Status Walk(const std::string& path, Layer& layer, Visit visit,
                  absl::flat_hash_set<const Layer*>& visited) {
  if (!visited.insert(&layer).second) return absl::OkStatus();
  RETURN_IF_ERROR(visit(path, layer));
  const std::string prefix = path.empty() ? "" : path + "/";
  std::map<std::string, int> counts;
  for (const Layer::Child& child : InFileOrder(layer)) {
    std::string child_path = prefix + child.attribute;
    if (child.in_list) {
      child_path += "/" + ToSnakeCase(child.layer->saved_class_name());
      const int count = counts[child_path]++;
      if (count > 0) child_path += "_" + std::to_string(count);
    }
    RETURN_IF_ERROR(Walk(child_path, *child.layer, visit, visited));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WalkLayers(Layer& root, Visit visit) {
  absl::flat_hash_set<const Layer*> visited;
  return Walk("", root, visit, visited);
}

}  // namespace tricorn::keras
