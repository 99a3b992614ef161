#include "tests/conformance/inventory.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

#include "core/base/status.h"
#include "core/keras/activations/activation.h"
#include "core/keras/constraints/constraint.h"
#include "core/keras/dtype_policies/dtype_policy.h"
#include "core/keras/initializers/initializer.h"
#include "core/keras/layers/layer.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/keras/losses/loss.h"
#include "core/keras/metrics/metric.h"
#include "core/keras/optimizers/optimizer.h"
#include "core/keras/quantizers/functions.h"
#include "core/keras/quantizers/quantization_config.h"
#include "core/keras/random/random.h"
#include "core/keras/regularizers/regularizer.h"
#include "core/keras/saving/builtin_objects.h"
#include "core/keras/schedules/schedule.h"
#include "core/keras/serialization/snake_case.h"
#include "tests/conformance/api_names.h"

namespace tricorn::conformance {
namespace {

using Names = std::set<std::string, std::less<>>;

// The classes of a registry and, as Keras has functions beside classes ("add", "huber"), their
// names in snake case: calling an object is the function. `base` is the class that all derive from.
template <typename T>
Names ClassNames(const keras::Registry<T>& registry, std::string_view base) {
  Names names = {std::string(base)};
  for (const auto& [name, factory] : registry.factories()) {
    names.insert(name);
    names.insert(keras::ToSnakeCase(name));
  }
  return names;
}

Names OpNames() {
  Names names;
  for (const std::string_view name : keras::KerasOpNames()) {
    names.insert(std::string(name));
    // Keras lists image.resize under keras.ops.image as "resize".
    const size_t dot = name.find('.');
    if (dot != std::string_view::npos) names.insert(std::string(name.substr(dot + 1)));
  }
  names.insert("dtype");  // of a Value: a name, not an array
  return names;
}

Names Union(Names names, const Names& more) {
  names.insert(more.begin(), more.end());
  return names;
}

Names Prefixed(std::string_view prefix, const Names& names) {
  Names prefixed;
  for (const std::string& name : names) prefixed.insert(std::string(prefix) + name);
  return prefixed;
}

Names ToNames(const std::vector<std::string_view>& list) { return {list.begin(), list.end()}; }

// Classes, functions, and what Model.quantize returns.
Names QuantizerNames() {
  Names names = ClassNames(keras::Quantizer::Builtins(), "Quantizer");
  names = Union(std::move(names),
                ClassNames(keras::QuantizationConfig::Builtins(), "QuantizationConfig"));
  names.insert("QuantizationReport");
  return Union(std::move(names), ToNames(keras::quantizers::FunctionNames()));
}

// Policies for layers that name none are scopes here: DefaultDTypePolicy, DTypePolicyScope.
Names MixedPrecisionNames() {
  return Union({"dtype_policy", "set_dtype_policy", "LossScaleOptimizer"},
               ToNames(keras::DTypePolicyClassNames()));
}

// What this build has, by family of the list. A family that is absent here has no registry.
std::map<std::string, Names, std::less<>> ExistingNames() {
  const keras::Registries objects = keras::BuiltinObjects();
  const std::vector<std::string> activations = keras::ActivationNames();
  const Names losses = ClassNames(keras::Loss::Builtins(), "Loss");
  Names layers = ClassNames(*objects.Find<keras::Layer>(), "Layer");
  layers.insert("Input");  // the tensor of an InputLayer
  std::map<std::string, Names, std::less<>> names = {
      {"activations", Names(activations.begin(), activations.end())},
      {"constraints", ClassNames(keras::Constraint::Builtins(), "Constraint")},
      {"dtype_policies", ToNames(keras::DTypePolicyClassNames())},
      {"initializers", ClassNames(keras::Initializer::Builtins(), "Initializer")},
      {"layers", layers},
      {"losses", losses},
      {"metrics", Union(ClassNames(keras::Metric::Builtins(), "Metric"), losses)},
      {"mixed_precision", MixedPrecisionNames()},
      {"ops", OpNames()},
      {"optimizers", Union(ClassNames(keras::Optimizer::Builtins(), "Optimizer"),
                           {"OptimizerMap"})},  // a part of MultiOptimizer's config
      {"quantizers", QuantizerNames()},
      {"random", ToNames(keras::random::Names())},
      {"regularizers", ClassNames(keras::Regularizer::Builtins(), "Regularizer")},
      {"schedules",
       Prefixed("schedules.", ClassNames(keras::Schedule::Builtins(), "LearningRateSchedule"))},
  };
  names.merge(ApiNames());
  return names;
}

// A name of Keras, with its aliases.
struct Listed {
  std::string name;
  std::vector<std::string> aliases;
};

// "silu (= swish, other)"
Listed ParseName(const std::string& text) {
  static const std::regex kForm(R"(\s*([\w.]+)\s*(?:\(=\s*([^)]*)\))?\s*)");
  std::smatch match;
  if (!std::regex_match(text, match, kForm)) return {};
  Listed listed{match[1], {}};
  std::istringstream aliases(match[2]);
  for (std::string alias; std::getline(aliases, alias, ',');) {
    listed.aliases.push_back(alias.substr(alias.find_first_not_of(' ')));
  }
  return listed;
}

// The names marked C of one line: a table's row, or a list.
std::vector<Listed> MarkedC(const std::string& line) {
  static const std::regex kRow(R"(^\| ([^|]+) \| C \|.*)");
  static const std::regex kList(R"(^- \*\*C\*\* \(\d+\): (.*))");
  static const std::regex kItem(R"([\w.]+(?: \(=[^)]*\))?)");
  std::smatch match;
  std::vector<Listed> names;
  if (std::regex_match(line, match, kRow)) {
    names.push_back(ParseName(match[1]));
  } else if (std::regex_match(line, match, kList)) {
    const std::string items = match[1];
    for (std::sregex_iterator it(items.begin(), items.end(), kItem), end; it != end; ++it) {
      names.push_back(ParseName(it->str()));
    }
  }
  std::erase_if(names, [](const Listed& listed) { return listed.name.empty(); });
  return names;
}

// Names by family, in the order of the list; learning rate schedules apart from optimizers.
std::vector<std::pair<std::string, std::vector<Listed>>> ParseList(const std::string& text) {
  std::vector<std::pair<std::string, std::vector<Listed>>> families;
  std::vector<Listed> schedules;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) families.push_back({line.substr(3), {}});
    if (families.empty()) continue;
    for (Listed& listed : MarkedC(line)) {
      const bool is_schedule = listed.name.starts_with("schedules.");
      (is_schedule ? schedules : families.back().second).push_back(std::move(listed));
    }
  }
  families.push_back({"schedules", std::move(schedules)});
  std::erase_if(families, [](const auto& family) { return family.second.empty(); });
  return families;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

absl::StatusOr<Inventory> TakeInventory(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, env.ReadFile(path));
  const auto families = ParseList(text);
  if (families.empty()) return DataLoss("{}: expected names marked C, found none", path);
  const auto existing = ExistingNames();
  Inventory inventory{.report = "", .complete = true};
  std::string table = "| family | exist |\n|---|---|\n";
  size_t all_present = 0, all_listed = 0;
  for (const auto& [family, listed] : families) {
    const auto known = existing.find(family);
    std::vector<std::string> present, missing;
    for (const Listed& name : listed) {
      bool exists = known != existing.end() && known->second.contains(name.name);
      for (const std::string& alias : name.aliases) {
        exists = exists || (known != existing.end() && known->second.contains(alias));
      }
      (exists ? present : missing).push_back(name.name);
    }
    inventory.report +=
        fmt::format("## {}{}\n", family, known == existing.end() ? " (no registry)" : "");
    if (!present.empty()) inventory.report += fmt::format("exist: {}\n", Join(present));
    if (!missing.empty()) inventory.report += fmt::format("missing: {}\n", Join(missing));
    inventory.report += "\n";
    inventory.complete = inventory.complete && missing.empty();
    table += fmt::format("| {} | {} of {} |\n", family, present.size(), listed.size());
    all_present += present.size();
    all_listed += listed.size();
  }
  inventory.report += table + fmt::format("| all | {} of {} |\n", all_present, all_listed);
  return inventory;
}

}  // namespace tricorn::conformance
