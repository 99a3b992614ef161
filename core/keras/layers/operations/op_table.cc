#include "core/keras/layers/operations/op_table.h"

#include <map>

namespace tricorn::keras {
#include "core/keras/layers/operations/op_families.inc"

namespace {

const std::map<std::string_view, const OpEntry*>& ByName() {
  static const std::map<std::string_view, const OpEntry*> by_name = [] {
    std::map<std::string_view, const OpEntry*> map;
    for (const OpEntry& entry : KerasOps()) {
      for (std::string_view rest = entry.names; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        CHECK(map.emplace(name, &entry).second);
      }
    }
    return map;
  }();
  return by_name;
}

}  // namespace

const std::vector<OpEntry>& KerasOps() {
  static const std::vector<OpEntry> all = AllOpFamilies();
  return all;
}

const OpEntry* FindKerasOp(std::string_view name) {
  const auto it = ByName().find(name);
  return it == ByName().end() ? nullptr : it->second;
}

std::vector<std::string_view> KerasOpNames() {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : ByName()) names.push_back(name);
  return names;
}

}  // namespace tricorn::keras
