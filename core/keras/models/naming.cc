#include "core/keras/models/naming.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {

absl::Status NameOperations(const std::vector<std::shared_ptr<Operation>>& operations) {
  absl::flat_hash_set<std::string> taken;
  for (const std::shared_ptr<Operation>& operation : operations) {
    const std::string& name = operation->name();
    if (!name.empty() && !taken.insert(name).second) {
      return InvalidArgument("layers: expected names that differ, received '{}' twice", name);
    }
  }
  absl::flat_hash_map<std::string, int> counts;
  for (const std::shared_ptr<Operation>& operation : operations) {
    if (!operation->name().empty()) continue;
    const std::string base = ToSnakeCase(operation->class_name());
    std::string name;
    do {
      const int count = counts[base]++;
      name = count == 0 ? base : base + "_" + std::to_string(count);
    } while (!taken.insert(name).second);
    operation->set_name(name);
  }
  return absl::OkStatus();
}

}  // namespace tricorn::keras
